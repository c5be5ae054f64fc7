#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The farm's parts by themselves: command lines, tiles, fingerprints, records, progress, mosaics. No process is started."""

import io
import os
import pathlib
import tempfile
import unittest
from unittest import mock

import numpy
from osgeo import gdal, osr

import farm_case  # noqa: F401  (finds the package)
from launcher import read_image, write_image
from spectramorph_farm import mosaic, records
from spectramorph_farm.errors import FarmError
from spectramorph_farm.fingerprint import Fingerprints
from spectramorph_farm.main import parse
from spectramorph_farm.mosaic import Mosaic, mosaic_name
from spectramorph_farm.parameters import Parameters, split_name
from spectramorph_farm.plan import Grid
from spectramorph_farm.progress import Progress, duration


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class CommandLine(unittest.TestCase):
    def test_an_applications_parameters_stay_as_they_are(self):
        words = "-inms a.tif -help -out b.vrt int16 -nodata -5 -method.morph.ne 3".split()
        options = parse(["--tile", "512", "--retries", "0", "SpectralInversion", *words])
        self.assertEqual((options.tile, options.retries, options.application, options.parameters), (512, 0, "SpectralInversion", words))
        self.assertEqual(Parameters.parse(words).words(), words)
        self.assertEqual(Parameters.parse(words)["nodata"], ["-5"])

    def test_what_is_no_command_is_refused(self):
        for words in (["--tile", "0", "App"], ["--workers", "-1", "App"], ["--scheduler", "tcp://a", "--workers", "2", "App"], []):
            with self.assertRaises(SystemExit) as end, mock.patch("sys.stderr", io.StringIO()):
                parse(words)
            self.assertEqual(end.exception.code, 2)
        for words, reason in ((["a.tif", "-in"], "a.tif"), (["-in", "a", "-in", "b"], "in: found twice")):
            with self.assertRaisesRegex(FarmError, reason):
                Parameters.parse(words)

    def test_names_of_outputs(self):
        self.assertEqual(split_name("a/b.vrt?&gdal:co:TILED=YES&nodata=0"), ("a/b.vrt", "?&gdal:co:TILED=YES&nodata=0"))
        self.assertEqual(mosaic_name("/a/b.vrt"), ("/a/b.vrt", None))
        self.assertEqual(mosaic_name("/a/b.tif?&nodata=0"), ("/a/b.vrt", "/a/b.tif"))
        with self.assertRaisesRegex(FarmError, "b.img, expected a name that ends in .vrt"):
            mosaic_name("/a/b.img")


class Tiles(unittest.TestCase):
    def test_cover_the_image_once_in_whole_blocks(self):
        for columns, rows, width, height, side in ((1000, 700, 256, 256, 300), (1000, 700, 258, 1, 100), (5, 3, 256, 512, 1024), (1024, 512, 256, 256, 512), (7, 7, 1, 1, 1)):
            covered = numpy.zeros((rows, columns), int)
            tiles = Grid(columns, rows, width, height).tiles(side)
            for tile in tiles:
                covered[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] += 1
                self.assertEqual((tile.left % width, tile.top % height), (0, 0))
                # Whole ones, but at the image's end.
                self.assertTrue(tile.width % width == 0 or tile.left + tile.width == columns)
                self.assertTrue(tile.height % height == 0 or tile.top + tile.height == rows)
                self.assertTrue(tile.width >= side or tile.left + tile.width == columns)
            self.assertTrue((covered == 1).all())
            self.assertEqual(len({tile.stem for tile in tiles}), len(tiles))
            self.assertEqual([tile.stem for tile in tiles], sorted(tile.stem for tile in tiles))

    def test_box(self):
        tile = Grid(1000, 700).tiles(512)[3]
        self.assertEqual((tile.box, tile.name), ("&box=512:512:488:188", "tile at column 512, row 512 (488 x 188 pixels)"))


class Fingerprint(InFolder):
    def setUp(self):
        super().setUp()
        self.write("model.json", "{}")
        write_image(self.folder / "a.tif", numpy.zeros((1, 4, 4), "uint8"))
        write_image(self.folder / "b.tif", numpy.ones((1, 4, 4), "uint8"), geotransform=(500120, 30, 0, 5800000, 0, -30))
        gdal.BuildVRT(str(self.folder / "inner.vrt"), [str(self.folder / "b.tif")])
        gdal.BuildVRT(str(self.folder / "scene.vrt"), [str(self.folder / "a.tif"), str(self.folder / "inner.vrt")])
        self.before = self.of()

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def of(self, libraries=("1",), extra=(), **parameters):
        values = {"inms": str(self.folder / "scene.vrt"), "model": str(self.folder / "model.json"), "out": "out.vrt", "radio": "affine", "ram": "256", **parameters}
        return Fingerprints(dict(enumerate(libraries))).of(Parameters({key: value.split() for key, value in values.items()}), outputs=["out"], extra=extra)

    def test_stays(self):
        self.assertEqual(self.of(), self.before)
        self.assertEqual(self.of(ram="1024", out="elsewhere.vrt"), self.before)
        # A copy of a model is the same model; a file that was touched is the same file.
        self.write("copy.json", "{}")
        self.assertEqual(self.of(model=str(self.folder / "copy.json")), self.before)
        os.utime(self.folder / "a.tif", (1, 1))
        self.assertEqual(self.of(), self.before)

    def test_changes_with_all_that_counts(self):
        found = [self.before, self.of(radio="none"), self.of(out="out.vrt int16"), self.of(out="out.vrt?&gdal:co:COMPRESS=LZW"), self.of(mask="mask.tif")]
        found += [self.of(libraries=("2",)), self.of(extra=["&box=0:0:1:1"]), self.of(inms=str(self.folder / "scene.vrt?&bands=1"))]
        self.write("model.json", "{ }")
        found.append(self.of())
        # Through two mosaics, and by what lies beside.
        write_image(self.folder / "b.tif", 2 * numpy.ones((1, 4, 4), "uint8"))
        found.append(self.of())
        self.write("a.tif.aux.xml", "<PAMDataset></PAMDataset>")
        found.append(self.of())
        self.assertEqual(len(set(found)), len(found))

    def test_of_large_files_by_size_and_time(self):
        with mock.patch("spectramorph_farm.fingerprint.MOST_CONTENT", 1):
            before = self.of()
            os.utime(self.folder / "b.tif", (1, 1))
            self.assertNotEqual(self.of(), before)

    def test_metadata_of_products(self):
        write_image(self.folder / "x-SPECTRAL_IMAGE.TIF", numpy.zeros((1, 4, 4), "uint8"))
        found = []
        for text in ("a", "b"):
            self.write("x-METADATA.XML", text)
            found.append(self.of(inhs=str(self.folder / "x-SPECTRAL_IMAGE.TIF")))
        self.assertNotEqual(*found)


class Records(InFolder):
    def test_count_only_for_what_they_say(self):
        output = self.folder / "tile.tif"
        output.write_text("pixels")
        self.assertFalse(records.is_done(output, "one"))
        records.write_record(output, "one", {str(output): records.describe_file(output)}, 1.5)
        self.assertTrue(records.is_done(output, "one"))
        self.assertFalse(records.is_done(output, "two"))
        # Another file in its place, of the same size.
        other = self.folder / "other.tif"
        other.write_text("pixelS")
        os.utime(other, ns=(1, 1))
        os.replace(other, output)
        self.assertFalse(records.is_done(output, "one"))
        output.unlink()
        self.assertFalse(records.is_done(output, "one"))

    def test_that_are_broken_do_not_count(self):
        for text in ("", "[]", "{}", '{"format": 1}', '{"format": "SpectraMorph farm record 1", "fingerprint": "one", "files": 3}', "\0"):
            (self.folder / "tile.tif.farm.json").write_text(text)
            self.assertFalse(records.is_done(self.folder / "tile.tif", "one"), text)


class Clock:
    now = 0

    def __call__(self):
        return self.now


class Terminal(io.StringIO):
    def isatty(self):
        return True


class HowFar(unittest.TestCase):
    def test_durations(self):
        self.assertEqual([duration(seconds) for seconds in (0.4, 59, 61, 3600, 7384, 200000)], ["0 s", "59 s", "1 min 01 s", "1 h 00 min", "2 h 03 min", "2 d 7 h"])

    def test_tells_the_remaining_time(self):
        clock, stream = Clock(), Terminal()
        progress = Progress(40, "tiles", stream, clock)
        clock.now = 100
        progress.show(10, 2)
        self.assertEqual(stream.getvalue(), "\r10 of 40 tiles (25 %), 2 at once, 1 min 40 s, 5 min 00 s left")
        progress.tell("tile: failed")
        progress.show(40, 2)
        progress.end()
        self.assertIn("tile: failed\n", stream.getvalue())
        self.assertTrue(stream.getvalue().rstrip(" \n").endswith("40 of 40 tiles (100 %), 2 at once, 1 min 40 s"))

    def test_lines_now_and_then_where_there_is_no_terminal(self):
        clock, stream = Clock(), io.StringIO()
        progress = Progress(100, "tiles", stream, clock)
        for number in range(1, 101):
            clock.now = number
            progress.show(number, 2)
        lines = stream.getvalue().splitlines()
        self.assertEqual([line.split(" ")[0] for line in lines], ["30", "60", "90", "100"])


class Mosaics(InFolder):
    """Against the image that the tiles were cut of."""

    def setUp(self):
        super().setUp()
        self.image = numpy.random.default_rng(1).integers(-500, 500, (3, 70, 90)).astype("int16")

    def tiles(self, side=16, georeferenced=True):
        """Of the image, as GDAL cuts them; the grid and where they are."""
        grid = Grid(90, 70)
        transform = (500000, 10, 0, 5800000, 0, -10) if georeferenced else None
        whole = write_image(
            self.folder / "whole.tif", self.image, [450, 550.5, 650], [10, 11, 12], transform, 32633 if georeferenced else None, -9999, ["blue", "green & <so>", "red"]
        )
        dataset = gdal.Open(str(whole), gdal.GA_Update)
        dataset.SetMetadataItem("scene", "of a test")
        for band in (1, 2, 3):
            dataset.GetRasterBand(band).SetScale(0.0001)
            dataset.GetRasterBand(band).SetOffset(0.5)
            dataset.GetRasterBand(band).SetUnitType("1")
        dataset = None
        (self.folder / "m & m.tiles").mkdir(exist_ok=True)
        tiles = grid.tiles(side)

        def place(tile):
            return str(self.folder / "m & m.tiles" / f"{tile.stem}.tif")

        for tile in tiles:
            cut = gdal.Translate(place(tile), str(whole), srcWin=[tile.left, tile.top, tile.width, tile.height])
            for band in (1, 2, 3):
                cut.GetRasterBand(band).SetUnitType("1")
            cut = None
        return Mosaic(str(self.folder / "m & m.vrt"), grid, tiles, place)

    def check(self, path):
        found, expected = gdal.Open(str(path)), gdal.Open(str(self.folder / "whole.tif"))
        numpy.testing.assert_array_equal(found.ReadAsArray(), self.image)
        self.assertEqual(found.GetGeoTransform(can_return_null=True), expected.GetGeoTransform(can_return_null=True))
        self.assertTrue(found.GetSpatialRef() is expected.GetSpatialRef() is None or found.GetSpatialRef().IsSame(expected.GetSpatialRef()))
        self.assertEqual(found.GetMetadataItem("scene"), "of a test")
        for number in range(1, 4):
            one, other = found.GetRasterBand(number), expected.GetRasterBand(number)
            for what in ("GetDescription", "GetNoDataValue", "GetScale", "GetOffset", "GetUnitType", "GetColorInterpretation", "DataType"):
                values = [getattr(band, what) for band in (one, other)]
                self.assertEqual(*[value() if callable(value) else value for value in values], what)
            for item in ("wavelength", "wavelength_units", "fwhm"):
                self.assertEqual(one.GetMetadataItem(item), other.GetMetadataItem(item))
                self.assertIsNotNone(one.GetMetadataItem(item))

    def test_is_the_image(self):
        for georeferenced in (True, False):
            self.tiles(georeferenced=georeferenced).write_vrt()
            self.check(self.folder / "m & m.vrt")
        # Wherever the folder is moved to.
        os.mkdir(self.folder / "moved")
        for name in ("m & m.vrt", "m & m.tiles"):
            os.rename(self.folder / name, self.folder / "moved" / name)
        self.check(self.folder / "moved" / "m & m.vrt")

    def test_of_many_tiles_is_a_mosaic_of_lines(self):
        with mock.patch.object(mosaic, "MOST_SOURCES", 10):
            self.tiles().write_vrt()
        self.assertEqual(len(list((self.folder / "m & m.tiles").glob("*.vrt"))), 5)
        self.assertLess((self.folder / "m & m.vrt").read_text().count("<SimpleSource"), 16)
        self.check(self.folder / "m & m.vrt")

    def test_becomes_one_image(self):
        self.image = numpy.tile(self.image, (1, 10, 10))[:, :650, :900]
        with mock.patch.object(Grid, "__new__", lambda cls, *_: tuple.__new__(cls, (900, 650, 1, 1))):
            mosaic_of_tiles = self.tiles(side=256)
        mosaic_of_tiles.write_vrt()
        for cloud, options, compression in ((False, "", "DEFLATE"), (True, "?&gdal:co:COMPRESS=LZW&nodata=-9999", "LZW")):
            path = self.folder / "one.tif"
            mosaic_of_tiles.write_image(str(path), options, cloud)
            self.check(path)
            image = gdal.Open(str(path))
            self.assertEqual(image.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE"), compression)
            self.assertEqual(image.GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE"), "COG" if cloud else None)
            self.assertIn(image.GetRasterBand(1).GetBlockSize(), ([256, 256], [512, 512]))
            self.assertGreaterEqual(image.GetRasterBand(3).GetOverviewCount(), 1)
            self.assertEqual(path.read_bytes()[2], 43)  # BigTIFF
            self.assertFalse((self.folder / "one.tif.part").exists())

    def test_of_a_tile_that_is_not_there_is_not_written_as_an_image(self):
        mosaic_of_tiles = self.tiles()
        mosaic_of_tiles.write_vrt()
        next((self.folder / "m & m.tiles").glob("*c00002.tif")).unlink()
        with self.assertRaisesRegex(FarmError, "cannot be written"):
            mosaic_of_tiles.write_image(str(self.folder / "one.tif"), "")
        self.assertEqual([path.name for path in self.folder.glob("one*")], [])


if __name__ == "__main__":
    unittest.main()
