#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A scene in tiles, on the cores of this machine: to the bit what one run writes, and what is there is not made again."""

import json
import pathlib
import signal
import tempfile
import unittest

import numpy
from osgeo import gdal

from farm_case import SECONDS, Launcher, Processes, wait_until
from launcher import read_image, run, write_image
from mixed_scene import RATIO, SHARP_GRID, WAVELENGTHS, WIDTHS, response
from refinement_scene import hyperspectral, multispectral, truth

ACROSS, DOWN = 6, 3  # scenes of 96 pixels: more than two blocks of the refinement by one
QUICK = {"epochs": 60, "method_morph_ne": 4, "method_morph_hidden": 64, "method_lift_width": 16}


class SceneTest(Processes):
    """A long scene as two sensors see it, the sharp one of another calibration and cut into files."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        real = numpy.concatenate([numpy.concatenate([truth(seed=ACROSS * row + column) for column in range(ACROSS)], 2) for row in range(DOWN)], 1)
        cls.inhs = write_image(cls.folder / "hs.tif", hyperspectral(real), WAVELENGTHS, WIDTHS, (500000, 10 * RATIO, 0, 5800000, 0, -10 * RATIO))
        gains = numpy.array([1.1, 0.9, 1.2, 0.8])[:, None, None]
        sharp = (gains * multispectral(real) + 0.02).astype("float32")
        # What nobody has declared to be no data is found in the whole image.
        sharp[:, 5:9, 500:510] = -9999
        whole = write_image(cls.folder / "ms.tif", sharp, geotransform=SHARP_GRID)
        pieces = []
        for number, left in enumerate(range(0, 96 * ACROSS, 200)):
            pieces.append(str(cls.folder / f"ms{number}.tif"))
            gdal.Translate(pieces[-1], str(whole), srcWin=[left, 0, min(200, 96 * ACROSS - left), 96 * DOWN])
        cls.inms = cls.folder / "ms.vrt"
        gdal.BuildVRT(str(cls.inms), pieces)
        cls.matrix = cls.folder / "matrix.csv"
        numpy.savetxt(cls.matrix, response(), delimiter=",")

    @classmethod
    def application(cls, name, **parameters):
        code, log = run(name, **parameters)
        if code != 0:
            raise AssertionError(log)
        return log

    @classmethod
    def train(cls, method):
        model = cls.folder / f"{method}.json"
        if not model.exists():
            cls.application("TrainSpectralInversion", inhs=cls.inhs, srf="matrix", srf_matrix_in=cls.matrix, method=method, **QUICK, out=model)
        return model

    def check(self, mosaic, whole):
        """The same pixels, place and metadata."""
        found, expected = gdal.Open(str(mosaic)), gdal.Open(str(whole))
        numpy.testing.assert_array_equal(found.ReadAsArray(), expected.ReadAsArray())
        self.assertEqual(found.GetGeoTransform(can_return_null=True), expected.GetGeoTransform(can_return_null=True))
        self.assertEqual(found.GetProjection(), expected.GetProjection())
        self.assertEqual(found.GetMetadata(), expected.GetMetadata())
        self.assertEqual(found.RasterCount, expected.RasterCount)
        for number in range(1, found.RasterCount + 1):
            one, other = found.GetRasterBand(number), expected.GetRasterBand(number)
            for what in ("GetDescription", "GetNoDataValue", "GetMetadata", "GetUnitType"):
                self.assertEqual(getattr(one, what)(), getattr(other, what)(), what)
            # A VRT says that they are one and zero, a TIFF nothing.
            self.assertEqual((one.GetScale() or 1, one.GetOffset() or 0), (other.GetScale() or 1, other.GetOffset() or 0))
            self.assertEqual(one.DataType, other.DataType)


class SameBits(SceneTest):
    def farmed(self, application, tile, out="mosaic.vrt", options=(), **parameters):
        self.said = self.succeeds(["--workers", "2", "--tile", tile, *options], application, **parameters, out=self.folder / out)

    def test_refined_with_gains_and_abundances(self):
        parameters = {"inms": self.inms, "inhs": self.inhs, "model": self.train("morph"), "nodata": -5}
        log = self.application("SpectralInversion", **parameters, out=self.folder / "whole.tif", outab=self.folder / "whole_ab.tif")
        self.assertIn("refined by", log)
        self.assertIn("Radiometry: gain and offset by band of inms", log)
        self.assertIn("found -9999 in all bands of 40 pixels", log)
        self.farmed("SpectralInversion", 256, outab=self.folder / "ab.vrt", **parameters)
        self.check(self.folder / "mosaic.vrt", self.folder / "whole.tif")
        self.check(self.folder / "ab.vrt", self.folder / "whole_ab.tif")
        self.assertGreaterEqual(len(list((self.folder / "mosaic.tiles").glob("r*.tif"))), 4)
        self.assertIn("dashboard: http://127.0.0.1:", self.said)
        # Tiles that are no whole blocks are made so.
        self.farmed("SpectralInversion", 260, out="other.vrt", **parameters)
        self.check(self.folder / "other.vrt", self.folder / "whole.tif")
        output = json.loads((self.folder / "other.tiles" / "scene.json").read_text())["output"]
        for path in (self.folder / "other.tiles").glob("r*c00000.tif"):
            width = gdal.Open(str(path)).RasterXSize
            self.assertTrue(width % output["block_columns"] == 0 or width == output["columns"], width)

    def test_of_the_methods_that_the_images_choose(self):
        parameters = {"inms": self.inms, "inhs": self.inhs, "model": self.train("auto")}
        log = self.application("SpectralInversion", **parameters, out=self.folder / "chosen.tif")
        self.assertIn("; taken", log)
        self.farmed("SpectralInversion", 512, out="auto.vrt", **parameters)
        self.check(self.folder / "auto.vrt", self.folder / "chosen.tif")
        known = json.loads((self.folder / "auto.tiles" / "ref.json").read_text())
        self.assertGreater(known["methods"], 1)

    def test_not_refined(self):
        model = self.train("linear")
        for name, parameters in (("alone", {}), ("unrefined", {"inhs": self.inhs, "refine": "false"})):
            parameters = {"inms": self.inms, "model": model, **parameters}
            self.application("SpectralInversion", **parameters, out=self.folder / f"{name}.tif")
            self.farmed("SpectralInversion", 200, out=f"{name}.vrt", **parameters)
            self.check(self.folder / f"{name}.vrt", self.folder / f"{name}.tif")

    def test_simulated_sensors_with_noise(self):
        noise = {"snr": 30, "rand": 3}
        for application, parameters in (
            ("SpectralResponseDegradation", {"in": self.inhs, "srf": "matrix", "srf_matrix_in": self.matrix, **noise}),
            ("SpatialDegradation", {"in": self.inms, "ratio": 5, "sigma": 3, **noise}),
        ):
            self.application(application, **parameters, out=self.folder / f"{application}.tif")
            self.farmed(application, 50, out=f"{application}.vrt", **parameters)
            self.check(self.folder / f"{application}.vrt", self.folder / f"{application}.tif")

    def test_mixtures_without_a_place_as_one_image(self):
        abundances = write_image(self.folder / "a.tif", numpy.random.default_rng(2).random((4, 300, 500)).astype("float32"), geotransform=None, epsg=None)
        endmembers = write_image(self.folder / "e.tif", numpy.random.default_rng(3).random((20, 1, 4)).astype("float32") * 1e4, WAVELENGTHS[:20], WIDTHS[:20])
        parameters = {"in": abundances, "ie": endmembers}
        self.application("LinearMixingSynthesis", **parameters, out=f"{self.folder / 'mixed.tif'} int16")
        self.farmed("LinearMixingSynthesis", 200, out="one.tif?&gdal:co:COMPRESS=ZSTD int16", options=["--cog"], **parameters)
        self.check(self.folder / "one.vrt", self.folder / "mixed.tif")
        one, mixed = (gdal.Open(str(self.folder / name)) for name in ("one.tif", "mixed.tif"))
        numpy.testing.assert_array_equal(one.ReadAsArray(), mixed.ReadAsArray())
        self.assertEqual(*(image.GetRasterBand(7).GetMetadataItem("wavelength") for image in (one, mixed)))
        self.assertEqual((one.GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE"), one.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE")), ("COG", "ZSTD"))


class Again(SceneTest):
    """What counts as done."""

    def setUp(self):
        self.launcher = Launcher(self.folder / f"bin_{self.id().rpartition('.')[2]}")
        self.out = self.folder / f"{self.id().rpartition('.')[2]}.vrt"
        self.tiles = self.out.with_suffix(".tiles")
        self.parameters = {"in": self.inhs, "srf": "matrix", "srf_matrix_in": self.matrix, "out": self.out}

    def made(self, **parameters):
        """The boxes of the tiles that a run makes, of 8."""
        self.launcher.forget()
        self.said = self.succeeds(["--workers", "2", "--tile", "40"], "SpectralResponseDegradation", {"PATH": self.launcher.path}, **{**self.parameters, **parameters})
        return sorted(self.launcher.boxes())

    def test_only_what_is_missing_is_made(self):
        everything = self.made()
        self.assertEqual(len(everything), 8)
        before = read_image(self.out)
        self.assertEqual(self.made(ram=100), [])
        self.assertEqual(self.launcher.runs(), [])
        (self.tiles / "r00001_c00002.tif").unlink()
        self.assertEqual(self.made(), ["80:40:40:32"])
        # Cut off, and without a record.
        with open(self.tiles / "r00000_c00001.tif", "r+b") as file:
            file.truncate(100)
        (self.tiles / "r00000_c00000.tif.farm.json").unlink()
        self.assertEqual(self.made(), ["0:0:40:40", "40:0:40:40"])
        self.assertIn("6 of 8 tiles are there already", self.said)
        numpy.testing.assert_array_equal(read_image(self.out), before)

    def test_of_other_inputs_or_settings_everything_is_made(self):
        everything = self.made()
        matrix = self.matrix.read_text()
        self.addCleanup(self.matrix.write_text, matrix)
        self.matrix.write_text(matrix.replace(matrix.split(",")[3], "0.7", 1))
        self.assertEqual(self.made(), everything)
        self.assertEqual(self.made(nodata=-7), everything)
        self.assertEqual(self.made(out=f"{self.out} double"), everything)

    def test_interrupted(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            slow = Launcher(self.folder / f"slow{code}", before="sleep 0.3")
            process = self.farm(["--workers", "2", "--tile", "40"], "SpectralResponseDegradation", {"PATH": slow.path}, **self.parameters, nodata=-code)
            wait_until(lambda: len(slow.boxes()) > 3, "tiles")
            process.send_signal(number)
            ended, said = self.end_of(process)
            self.assertEqual(ended, code, said)
            self.assertIn("interrupted; what is done is kept", said)
            # Nothing half-written.
            self.assertEqual([path.name for path in self.tiles.iterdir() if "stage" in path.name or ".part" in path.name], [])
            there = len(list(self.tiles.glob("r*.farm.json")))
            self.assertGreater(there, 0)
            # Those of the signal before are of another value of no data.
            made = self.made(nodata=-code)
            self.assertEqual(f"{8 - len(made)} of 8 tiles are there already" in self.said, len(made) < 8)
            self.assertLess(len(made), 8)

    def test_two_at_a_time_are_refused(self):
        slow = Launcher(self.folder / "slow", before="sleep 1")
        process = self.farm(["--workers", "2", "--tile", "40"], "SpectralResponseDegradation", {"PATH": slow.path}, **self.parameters)
        wait_until(slow.runs, "a first run")
        code, said = self.end_of(self.farm(["--tile", "40"], "SpectralResponseDegradation", **self.parameters))
        self.assertEqual(code, 2)
        self.assertIn("another spectramorph-farm works on", said)
        process.terminate()
        process.communicate(timeout=SECONDS)


class Refused(SceneTest):
    def test_before_any_work(self):
        good = {"in": self.inhs, "srf": "matrix", "srf_matrix_in": self.matrix, "out": self.folder / "none.vrt"}
        for application, parameters, reason in (
            ("Nonsense", good, "found no application Nonsense"),
            ("TrainSpectralInversion", good, "found an application whose result is not made in tiles"),
            ("SpectralResponseDegradation", {**good, "out": self.folder / "none.img"}, "expected a name that ends in .vrt"),
            ("SpectralResponseDegradation", {**good, "out": f"{self.folder}/none.vrt?&box=0:0:1:1"}, "out: found the option box"),
            ("SpectralResponseDegradation", {key: value for key, value in good.items() if key != "out"}, "out: found no value"),
            ("SpectralResponseDegradation", {**good, "inscene": "a.json"}, "inscene: found a file, expected none"),
        ):
            code, said = self.end_of(self.farm(["--workers", "1"], application, **parameters))
            self.assertEqual(code, 2, said)
            self.assertIn(reason, said)
        code, said = self.end_of(self.farm(["--workers", "1", "--retries", "0"], "SpectralResponseDegradation", **{**good, "nodata": 300, "out": f"{good['out']} uint8"}))
        self.assertEqual(code, 1)
        self.assertIn("statistics of the scene: nodata: found 300", said)


if __name__ == "__main__":
    unittest.main()
