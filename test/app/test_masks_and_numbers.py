#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What files say of their numbers: no data of each band, masks, alpha, fill values that nobody declares, scales and offsets. Each scene is one whose truth is known."""

import json
import unittest

import numpy
from osgeo import gdal

from launcher import read_image, run, write_image
from mixed_scene import COARSE_GRID, SHARP_GRID, SIZE, WAVELENGTHS, root_mean_square
from super_resolution_case import QUICK, SuperResolutionTest

COLUMNS = 72  # of the sharp image, from which nothing is valid
HIDDEN = numpy.zeros((SIZE, SIZE), bool)
HIDDEN[2:5, 3:9] = True


def edit(path, change):
    image = gdal.Open(str(path), gdal.GA_Update)
    change(image)
    image = None
    return path


def add_mask(path, valid, internal=False):
    def change(image):
        image.CreateMaskBand(gdal.GMF_PER_DATASET)
        image.GetRasterBand(1).GetMaskBand().WriteArray(valid.astype("uint8") * 255)

    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES" if internal else "NO")
    return edit(path, change)


class FileValuesTest(SuperResolutionTest):
    def run_fusion(self, name="out.tif", **parameters):
        """The image and the log of a run that may warn."""
        parameters = {"inhs": self.inhs, "inms": self.inms, "srf": "matrix", "srf_matrix_in": self.matrix, **QUICK, **parameters}
        code, log = run("HyperspectralSuperResolution", **parameters, out=self.folder / name)
        self.assertEqual(code, 0, log)
        return read_image(self.folder / name.split(" ")[0]), log

    def fails(self, message, application="HyperspectralSuperResolution", **parameters):
        defaults = {"inhs": self.inhs, "inms": self.inms, "srf": "matrix", "srf_matrix_in": self.matrix, **QUICK, "out": self.folder / "none.tif"}
        code, log = run(application, **{**defaults, **parameters})
        self.assertNotEqual(code, 0, log)
        self.assertIn(message, log)
        self.assertNotIn("Training on", log)

    def pixels(self, name, cube, expected=SIZE * SIZE - int(HIDDEN.sum()), change=None, **options):
        """Trains on a coarse image and checks how many pixels count; returns the model without what tells of the time."""
        inhs = write_image(self.folder / name, cube, WAVELENGTHS, geotransform=COARSE_GRID, **options)
        if change:
            change(inhs)
        code, log = run("TrainSpectralInversion", inhs=inhs, srf="matrix", srf_matrix_in=self.matrix, method="linear", out=self.folder / "model.json")
        self.assertEqual(code, 0, log)
        self.assertEqual(json.loads((self.folder / "model.json").read_text())["training"]["pixels"], expected, name)
        return (self.folder / "model.json").read_bytes(), log


class Masks(FileValuesTest):
    """One image after the other that says in its own way where it has no measurement."""

    def strip(self, name, value, bands=slice(None), **options):
        cube = self.sharp.copy()
        cube[bands, :, COLUMNS:] = value
        return write_image(self.folder / name, cube, geotransform=SHARP_GRID, **options)

    def expect_strip(self, inms, **parameters):
        out, log = self.run_fusion(inms=inms, **parameters)
        self.assertTrue((out[:, :, COLUMNS:] == -9999).all())
        numpy.testing.assert_array_equal(out[:, :, :COLUMNS], self.reference()[:, :, :COLUMNS])
        return log

    def reference(self):
        """What NaN in the strip gives, which has always been no data."""
        if not hasattr(Masks, "_reference"):
            Masks._reference, _ = self.run_fusion("reference.tif", inms=self.strip("nan.tif", numpy.nan))
            self.assertLess(root_mean_square(Masks._reference[:, :, :COLUMNS] - self.truth[:, :, :COLUMNS]), 0.5 * self.nearest)
        return Masks._reference

    def test_no_data_of_one_band(self):
        self.expect_strip(self.strip("one.tif", -9999, 3, nodata=-9999))
        # Off in the last digit, as after a text.
        self.expect_strip(self.strip("digit.tif", numpy.float32(-3.4028e30), 1, nodata=-3.4028001e30))

    def test_no_data_that_differs_from_band_to_band(self):
        sources = []
        for band, value in enumerate((-1, -9999, 7, 0.5)):
            cube = self.sharp[band : band + 1].copy()
            cube[:, :, COLUMNS:] = value
            sources.append(str(write_image(self.folder / f"band{band}.tif", cube, geotransform=SHARP_GRID, nodata=value)))
        path = self.folder / "bands.vrt"
        gdal.BuildVRT(str(path), sources, separate=True)
        self.expect_strip(path)

    def test_zero_counts_where_most_bands_are_zero(self):
        self.expect_strip(self.strip("three.tif", 0, slice(1, 4), nodata=0))
        out, _ = self.run_fusion(inms=self.strip("dark.tif", 0, 3, nodata=0))
        self.assertFalse((out == -9999).any())

    def test_masks_of_gdal(self):
        valid = numpy.ones(self.sharp.shape[1:], bool)
        valid[:, COLUMNS:] = False
        for internal in (False, True):
            self.expect_strip(add_mask(self.strip(f"mask{internal}.tif", 0.3), valid, internal))
        path = self.folder / "masked.vrt"
        gdal.Translate(str(path), str(self.folder / "maskFalse.tif"), format="VRT")
        self.expect_strip(path)
        self.expect_strip(path, ram=1)

    def test_alpha_is_a_mask_and_no_band(self):
        def image(name, alpha, colour=gdal.GCI_AlphaBand):
            cube = numpy.concatenate([self.sharp, alpha[None].astype("float32")])
            return edit(write_image(self.folder / name, cube, geotransform=SHARP_GRID), lambda file: file.GetRasterBand(5).SetColorInterpretation(colour))

        alpha = numpy.full(self.sharp.shape[1:], 255)
        whole, log = self.run_fusion(inms=image("opaque.tif", alpha))
        self.assertIn("Alpha: 1 of 5 bands of inms", log)
        numpy.testing.assert_array_equal(whole, self.fuse())
        alpha[:, COLUMNS:] = 0
        self.expect_strip(image("alpha.tif", alpha))
        # Not picked by the filename, and a mask nevertheless.
        self.expect_strip(f"{self.folder}/alpha.tif?&bands=1:4")
        self.fails("inms: found 3 bands besides alpha, expected 4", inms=f"{self.folder}/alpha.tif?&bands=1:3,5")
        # Wherever it stands among the bands, with what the file says of the others.
        for place in (0, 1, 3):
            cube = numpy.insert(self.sharp, place, alpha, axis=0).astype("float32")
            wavelengths = numpy.insert(numpy.linspace(450, 920, 4), place, 0)
            path = write_image(self.folder / "within.tif", cube, wavelengths, geotransform=SHARP_GRID)
            self.expect_strip(edit(path, lambda file, band=place + 1: file.GetRasterBand(band).SetColorInterpretation(gdal.GCI_AlphaBand)))

    def test_alpha_of_the_coarse_image_comes_last(self):
        cube = numpy.concatenate([(self.coarse * 10000).round(), numpy.where(HIDDEN, 0, 65535)[None]]).astype("uint16")
        path = self.folder / "warped.tif"
        image = gdal.GetDriverByName("GTiff").Create(str(path), SIZE, SIZE, len(cube), gdal.GDT_UInt16, ["ALPHA=YES"])
        image.SetGeoTransform(COARSE_GRID)
        image.WriteArray(cube)
        for band, wavelength in enumerate(WAVELENGTHS):
            image.GetRasterBand(band + 1).SetMetadata({"wavelength": str(wavelength), "wavelength_units": "nm"})
        image = None
        code, log = run("TrainSpectralInversion", inhs=path, srf="bands", srf_bands_list="480:60,560:60,660:60", method="linear", out=self.folder / "model.json")
        self.assertEqual(code, 0, log)
        self.assertIn("Alpha: 1 of 31 bands of inhs", log)
        self.assertIn(f"Training on {SIZE * SIZE - HIDDEN.sum()} of", log)

    def test_a_band_of_bytes_that_gdal_calls_alpha_is_none(self):
        cube = (self.sharp * 255).round().astype("uint8")
        inms = write_image(self.folder / "bytes.tif", cube, geotransform=SHARP_GRID)
        image = gdal.Open(str(inms))
        self.assertEqual(image.GetRasterBand(4).GetColorInterpretation(), gdal.GCI_AlphaBand)
        out, log = self.run_fusion(inms=inms)
        self.assertIn("Alpha: band 4 of inms is called alpha by its file but holds a measurement", log)
        self.assertLess(root_mean_square(out - self.truth), 0.6 * self.nearest)

    def test_fill_values_of_the_coarse_image(self):
        def filled(value, bands=slice(None)):
            cube = self.coarse.astype("float32").copy()
            cube[bands, HIDDEN] = value
            return cube

        expected, _ = self.pixels("nan.tif", filled(numpy.nan))
        for value in (-9999, -32768, -1e34, 65535, 3.4028235e38, -1):
            model, log = self.pixels("fill.tif", filled(value))
            self.assertEqual(model, expected, value)
            if value != 3.4028235e38:
                self.assertRegex(log, r"\(WARNING\).*inhs: found .* in all bands of 18 pixels, outside the range of all others")
        self.assertEqual(self.pixels("one.tif", filled(-9999, 4))[0], expected)
        # Divided by 10000 like all else, below what noise makes of dark pixels.
        dark = filled(-0.9999)
        dark[3:5, 7, 7] = -0.02
        self.pixels("divided.tif", dark)
        whole = self.pixels("plain.tif", self.coarse, SIZE * SIZE)[1]
        self.assertNotIn("WARNING", whole.replace("(WARNING): Streaming", ""))
        self.assertEqual(self.pixels("mask.tif", filled(0.9), change=lambda path: add_mask(path, ~HIDDEN))[0], expected)

    def test_fill_values_of_the_sharp_image(self):
        log = self.expect_strip(self.strip("fill.tif", -9999))
        self.assertIn("inms: found -9999 in all bands of 2304 pixels, outside the range of all others", log)

    def test_bright_and_dark_pixels_are_measurements(self):
        cube = self.coarse.copy()
        cube[:, 3, 4] = 1
        cube[:, 3, 5] = 0
        cube[:, 7, 7] = -0.01
        cube[:, 8, 8] = cube[:, 8, 9] = 1.6
        self.pixels("bright.tif", cube, SIZE * SIZE)

    def test_other_applications(self):
        cube = self.coarse.copy()
        cube[:, HIDDEN] = -9999
        filled = write_image(self.folder / "filled.tif", cube, WAVELENGTHS, geotransform=COARSE_GRID)
        code, log = run("SpectralResponseDegradation", **{"in": filled}, srf="matrix", srf_matrix_in=self.matrix, out=self.folder / "ms.tif")
        self.assertEqual(code, 0, log)
        numpy.testing.assert_array_equal((read_image(self.folder / "ms.tif") == -9999).all(0), HIDDEN)
        code, log = run("SpatialDegradation", **{"in": filled}, ratio=1, psf="delta", out=self.folder / "same.tif")
        self.assertEqual(code, 0, log)
        numpy.testing.assert_array_equal((read_image(self.folder / "same.tif") == -9999).all(0), HIDDEN)
        code, log = run("HyperspectralQuality", **{"in": filled, "ref": self.inhs}, peak=1)
        self.assertEqual(code, 0, log)
        self.assertIn(f"reference pixels: {SIZE * SIZE - HIDDEN.sum()}", log)
        self.assertEqual(log.count("outside the range"), 1)
        self.assertNotIn(",,", log)
        code, log = run("NMFEndmemberExtraction", **{"in": filled}, ne=3, outendm=self.folder / "em.tif")
        self.assertEqual(code, 0, log)
        self.assertGreater(read_image(self.folder / "em.tif").min(), -1)


class Numbers(FileValuesTest):
    def scaled(self, name, cube, gains, offsets, wavelengths=None, grid=SHARP_GRID):
        numbers = ((cube - offsets[:, None, None]) / gains[:, None, None]).round().astype("int32")

        def change(image):
            for band in range(len(cube)):
                image.GetRasterBand(band + 1).SetScale(gains[band])
                image.GetRasterBand(band + 1).SetOffset(offsets[band])

        return edit(write_image(self.folder / name, numbers, wavelengths, geotransform=grid), change)

    def test_scales_and_offsets_of_bands(self):
        expected, _ = self.run_fusion(radio="none", method="linear")
        random = numpy.random.default_rng(5)
        inhs = self.scaled("hs.tif", self.coarse, 1e-6 * numpy.exp(random.uniform(-1, 1, 30)), random.uniform(-0.1, 0.1, 30), WAVELENGTHS, COARSE_GRID)
        inms = self.scaled("ms.tif", self.sharp, 1e-6 * numpy.exp(random.uniform(-1, 1, 4)), random.uniform(-0.1, 0.1, 4))
        for pair in ({"inhs": inhs}, {"inms": inms}, {"inhs": inhs, "inms": inms}):
            found, log = self.run_fusion(radio="none", method="linear", **pair)
            numpy.testing.assert_allclose(found, expected, atol=2e-4)
            for key in pair:
                self.assertIn(f"Numbers: {key} is read in physical values", log)
        image = gdal.Open(str(self.folder / "out.tif"))
        self.assertIn(image.GetRasterBand(1).GetScale(), (None, 1))

    def test_envi_headers(self):
        expected, _ = self.run_fusion(radio="none", method="linear")
        for name, text in (("gains", "data gain values = {" + ", ".join(["0.0001"] * 30) + "}\n"), ("factor", "reflectance scale factor = 10000\n")):
            inhs = write_image(self.folder / f"{name}.img", (self.coarse * 10000).round().astype("int16"), geotransform=COARSE_GRID)
            (self.folder / f"{name}.img.aux.xml").unlink(missing_ok=True)
            with (self.folder / f"{name}.hdr").open("a") as header:
                header.write("wavelength units = Nanometers\nwavelength = {" + ", ".join(map(str, WAVELENGTHS)) + "}\n" + text)
            found, log = self.run_fusion(radio="none", method="linear", inhs=inhs)
            numpy.testing.assert_allclose(found, expected, atol=2e-3, err_msg=name)
            self.assertIn("Numbers: inhs is read in physical values, its file's numbers times 0.0001 plus 0", log)

    def test_no_data_is_told_before_scaling(self):
        cube = (self.coarse * 10000).round().astype("int16")
        cube[:, HIDDEN] = -9999
        _, log = self.pixels("scaled.tif", cube, nodata=-9999, change=lambda path: edit(path, lambda image: [image.GetRasterBand(b + 1).SetScale(1e-4) for b in range(30)]))
        self.assertIn("Numbers: inhs", log)

    def test_integers_for_reflectance_are_refused(self):
        for kind in ("uint8", "int16", "uint16", "int32", "uint32"):
            self.fails(f"out: found the pixel type {kind} for values as those of inhs, of a magnitude of 0.", out=f"{self.folder}/none.tif {kind}")
        great = write_image(self.folder / "great.tif", self.coarse * 10000, WAVELENGTHS, geotransform=COARSE_GRID)
        self.fails("out: found the pixel type uint8 for values as those of inhs, up to about", inhs=great, out=f"{self.folder}/none.tif uint8")
        code, log = run("SpatialDegradation", **{"in": self.inhs}, ratio=2, out=f"{self.folder}/none.tif int16")
        self.assertNotEqual(code, 0)
        self.assertIn("out: found the pixel type int16 for values as those of in", log)
        self.assertFalse((self.folder / "none.tif").exists())

    def test_great_numbers(self):
        expected, _ = self.run_fusion()
        great = 1e25
        inhs = write_image(self.folder / "vast.tif", (self.coarse * great).astype("float32"), WAVELENGTHS, geotransform=COARSE_GRID)
        inms = write_image(self.folder / "vast_ms.tif", (self.sharp * great).astype("float32"), geotransform=SHARP_GRID)
        found, _ = self.run_fusion(inhs=inhs, inms=inms)
        self.assertTrue(numpy.isfinite(found).all())
        self.assertLess(root_mean_square(found.astype(float) / great - self.truth), 1.5 * root_mean_square(expected - self.truth) + 1e-3)


class Sooner(FileValuesTest):
    def test_pictures_are_refused_before_training(self):
        for extension in ("png", "jpg", "jp2", "j2k", "jpx", "gif", "lum", "hd", "rad", "ntf", "JPX"):
            self.fails(f"out: found the extension .{extension}, expected .tif, .hdr (ENVI), .img or .pix", out=f"{self.folder}/none.{extension} uint8")

    def test_formats_that_are_written(self):
        expected, _ = self.run_fusion(method="linear", refine="false")
        for extension in ("tif", "TIFF", "hdr", "img", "pix"):
            name = f"written.{extension}"
            log = self.succeeds("HyperspectralSuperResolution", inhs=self.inhs, inms=self.inms, srf="matrix", srf_matrix_in=self.matrix, method="linear", refine="false", out=self.folder / name)
            self.assertIn("Training", log)
            numpy.testing.assert_array_equal(read_image(self.folder / ("written" if extension == "hdr" else name)), expected)

    def test_a_header_without_its_image(self):
        inhs = write_image(self.folder / "cube.bil.img", self.coarse, WAVELENGTHS, geotransform=COARSE_GRID)
        (self.folder / "a.hdr").write_text((self.folder / "cube.bil.hdr").read_text())
        self.fails(f"inhs: found {self.folder}/a.hdr, a header, expected its image", inhs=self.folder / "a.hdr")
        inhs.rename(self.folder / "a.bil")
        self.fails(f"inhs: found {self.folder}/a.hdr, a header, expected its image, which is {self.folder}/a.bil", inhs=self.folder / "a.hdr")

    def test_a_sample_of_a_few_pixels(self):
        for samples in (1, 10):
            code, log = run("HyperspectralSuperResolution", inhs=self.inhs, inms=self.inms, srf="matrix", srf_matrix_in=self.matrix, samples=samples, out=self.folder / "none.tif")
            self.assertNotEqual(code, 0, log)
            self.assertIn(f"samples: found {samples}, expected at least", log)


if __name__ == "__main__":
    unittest.main()
