#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Images that are not what they seem: bands in another order, constant or of noise, images swapped, places that are lost or guessed. Each gives the plain
result, or is refused, or there is a warning with the number."""

import math
import re
import unittest

import numpy
from osgeo import gdal, osr

import mixed_scene
from launcher import read_image, run, write_image
from mixed_scene import COARSE_GRID, RATIO, SHARP_GRID, SIZE, WAVELENGTHS, WIDTHS, root_mean_square
from super_resolution_case import QUICK, SuperResolutionTest

BANDS = len(WAVELENGTHS)
CENTRES = numpy.linspace(450, 920, 4)  # of mixed_scene.response()
COLOURS = ["Blue", "Green", "Red", "NIR"]


class CheckTest(SuperResolutionTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.curves = cls.folder / "curves.csv"
        with cls.curves.open("w") as text:
            text.write("wavelength," + ",".join(COLOURS) + "\n")
            for wavelength, responses in zip(WAVELENGTHS, mixed_scene.response().T):
                text.write(f"{wavelength}," + ",".join(f"{value:.7f}" for value in responses) + "\n")

    def parameters(self, parameters):
        return {"inhs": self.inhs, "inms": self.inms, "srf": "matrix", "srf_matrix_in": self.matrix, **QUICK, "out": self.folder / "out.tif", **parameters}

    def by_curves(self, **parameters):
        """The output with the response from curves, so that it has names and the axis tells where it lies."""
        parameters = self.parameters({"srf": "file", "srf_file_in": self.curves, **parameters})
        del parameters["srf_matrix_in"]
        self.log = self.succeeds("HyperspectralSuperResolution", **parameters)
        return read_image(self.folder / "out.tif")

    def refused(self, pattern, **parameters):
        code, log = run("HyperspectralSuperResolution", **self.parameters(parameters))
        self.assertNotEqual(code, 0, log)
        self.assertRegex(log, r"\(FATAL\) HyperspectralSuperResolution: " + pattern)
        self.assertNotIn("Training", log)

    def warned(self, pattern, **parameters):
        code, self.log = run("HyperspectralSuperResolution", **self.parameters(parameters))
        self.assertEqual(code, 0, self.log)
        self.assertRegex(self.log, r"\(WARNING\) HyperspectralSuperResolution: " + pattern)
        return read_image(self.folder / "out.tif")


class Order(CheckTest):
    def image(self, order, wavelengths=None, names=None):
        return write_image(self.folder / "ordered.tif", self.sharp[order], wavelengths, geotransform=SHARP_GRID, band_names=names)

    def test_bands_are_brought_to_the_order_of_the_response(self):
        expected = self.by_curves()
        self.assertNotIn("Order of bands", self.log)
        for order in ([2, 1, 0, 3], [3, 2, 1, 0], [1, 2, 3, 0]):
            places = ", ".join(str(order.index(band) + 1) for band in range(4))
            for says in ({"wavelengths": CENTRES[order] + 12}, {"names": [COLOURS[band].lower() for band in order]}):
                found = self.by_curves(inms=self.image(order, **says))
                self.assertRegex(self.log, f"Order of bands: inms has .*: its bands {places}")
                numpy.testing.assert_array_equal(found, expected)
        # Alpha is no band of it.
        order = [3, 2, 1, 0]
        path = write_image(self.folder / "alpha.tif", numpy.concatenate([self.sharp[order], 0 * self.sharp[:1] + 255]), geotransform=SHARP_GRID, band_names=[COLOURS[band] for band in order] + ["Alpha"])
        image = gdal.Open(str(path), gdal.GA_Update)
        image.GetRasterBand(5).SetColorInterpretation(gdal.GCI_AlphaBand)
        image = None
        numpy.testing.assert_array_equal(self.by_curves(inms=path), expected)
        self.assertIn("Order of bands", self.log)
        # What agrees, or tells nothing, stays as it is.
        for says in ({"wavelengths": CENTRES + 12}, {"names": COLOURS}, {"names": ["4", "3", "2", "1"]}, {"names": ["Band 4", "Band 3", "Band 2", "Band 1"]}):
            numpy.testing.assert_array_equal(self.by_curves(inms=self.image([0, 1, 2, 3], **says)), expected)
            self.assertNotIn("Order of bands", self.log)

    def test_a_model_takes_its_bands_in_order_too(self):
        expected = self.by_curves(radio="none", refine="false", model=self.folder / "model.json")
        order = [3, 1, 0, 2]
        log = self.succeeds("SpectralInversion", inms=self.image(order, CENTRES[order]), model=self.folder / "model.json", out=self.folder / "two.tif")
        self.assertIn("Order of bands", log)
        numpy.testing.assert_array_equal(read_image(self.folder / "two.tif"), expected)

    def test_an_order_that_does_not_fit_is_refused(self):
        self.refused("inms: found wavelengths 2200, 1600, 842, 490 nm, expected bands in the order of the spectral response", inms=self.image([0, 1, 2, 3], [2200, 1600, 842, 490]))
        self.warned("inms: found wavelengths 842, 1200, 1600, 2200 nm, far from those of the spectral response", inms=self.image([0, 1, 2, 3], [842, 1200, 1600, 2200]))


class Constant(CheckTest):
    def test_a_constant_band_is_refused(self):
        for value, text in ((0, "0"), (0.25, "0.25")):
            sharp = self.sharp.copy()
            sharp[2] = value
            self.refused(rf"inms: found band 3 \(.*\) constant, {text} in all pixels, expected bands that vary", inms=write_image(self.folder / "constant.tif", sharp, geotransform=SHARP_GRID))
        self.refused(r"inms: found band 1 \(.*\) constant", inms=write_image(self.folder / "zero.tif", 0 * self.sharp, geotransform=SHARP_GRID))
        model = self.train("model.json")
        code, log = run("SpectralInversion", inms=self.folder / "constant.tif", model=model, out=self.folder / "two.tif")
        self.assertNotEqual(code, 0)
        self.assertRegex(log, r"inms: found band 3 .* constant")

    def test_a_band_that_varies_in_a_corner_alone_is_none(self):
        sharp = self.sharp.copy()
        sharp[2, 1:] = 0.3
        log = run("HyperspectralSuperResolution", **self.parameters({"inms": write_image(self.folder / "corner.tif", sharp, geotransform=SHARP_GRID), "epochs": 2}))[1]
        self.assertNotIn("constant", log.replace("Looking for constant bands", ""))


class Swapped(CheckTest):
    def test_swapped_images_are_asked(self):
        self.refused("inhs: found 4 bands where inms has 30, and finer pixels, .*; are the two images swapped\\?", inhs=self.inms, inms=self.inhs)

    def test_a_finer_hyperspectral_image(self):
        sharp = write_image(self.folder / "truth.tif", self.truth, WAVELENGTHS, geotransform=SHARP_GRID)
        coarse = write_image(self.folder / "few.tif", mixed_scene.coarsen(self.sharp), geotransform=COARSE_GRID)
        found = self.warned("inhs: found pixels of 1/4 x 1/4 of those of inms, .*; are the two images swapped\\?", inhs=sharp, inms=coarse, epochs=5)
        self.assertEqual(found.shape, self.coarse.shape)


class NoisyBands(CheckTest):
    BAD = [6, 7, 8, 20]  # from 0

    def image(self, size):
        cube = self.coarse.copy()
        cube[self.BAD] += numpy.random.default_rng(3).normal(0, size, (len(self.BAD), SIZE, SIZE)).astype("float32")
        return write_image(self.folder / "noisy.tif", cube, WAVELENGTHS, WIDTHS, COARSE_GRID)

    def test_they_are_left_out(self):
        good = [band for band in range(BANDS) if band not in self.BAD]
        clean = write_image(self.folder / "good.tif", self.coarse[good], WAVELENGTHS[good], WIDTHS[good], COARSE_GRID)
        narrow = self.folder / "narrow.csv"
        numpy.savetxt(narrow, mixed_scene.response()[:, good], delimiter=",")
        expected = self.fuse("expected.tif", inhs=clean, srf_matrix_in=narrow)
        for size in (0.5, 5):
            numpy.testing.assert_array_equal(self.fuse(inhs=self.image(size)), expected)
            self.assertIn("Bad bands: 4 of 30 are left out (7-9, 21 with noise far above signal", self.log)

    def test_a_band_that_sees_what_no_other_does_is_none(self):
        # Fields of four by four pixels, so that good bands have places as well.
        cube = numpy.kron(self.coarse[:, ::4, ::4], numpy.ones((1, 4, 4), "float32"))
        for band in (0, 15, BANDS - 1):
            cube[band] = numpy.kron(numpy.random.default_rng(band).uniform(0.1, 0.9, (6, 6)), numpy.ones((4, 4)))
        inhs = write_image(self.folder / "own.tif", cube, WAVELENGTHS, WIDTHS, COARSE_GRID)
        code, log = run("HyperspectralSuperResolution", **self.parameters({"inhs": inhs, "epochs": 5}))
        self.assertEqual(code, 0, log)
        self.assertNotIn("Bad bands", log)

    def test_unless_none_is_asked_for(self):
        code, log = run("HyperspectralSuperResolution", **self.parameters({"inhs": self.image(0.5), "badbands": "none", "epochs": 5}))
        self.assertEqual(code, 0, log)
        self.assertEqual(len(read_image(self.folder / "out.tif")), BANDS)
        self.assertNotIn("Bad bands", log)

    def test_a_simulated_sensor_sees_them(self):
        log = self.succeeds("SpectralResponseDegradation", **{"in": self.image(0.5)}, srf="matrix", srf_matrix_in=self.matrix, out=self.folder / "seen.tif")
        self.assertNotIn("Bad bands", log)

    def test_little_noise_takes_none(self):
        for size in (0, 0.01):
            self.assertEqual(len(self.fuse(inhs=self.image(size), epochs=5)), BANDS)
            self.assertNotIn("Bad bands", self.log)
        self.fuse(epochs=5)
        self.assertNotIn("Noise:", self.log)

    def test_some_noise_is_not_learnt(self):
        good = [band for band in range(BANDS) if band not in self.BAD]
        plain = {"method": "morph", "refine": "false", "radio": "none"}
        expected = root_mean_square(self.fuse(**plain) - self.truth)
        found = self.fuse(inhs=self.image(0.1), **plain)
        self.assertIn("Noise: bands 7-9,21 of inhs hold noise, and are learnt as other bands foretell them", self.log.replace("7-9, 21", "7-9,21"))
        for bands in (good, self.BAD):
            self.assertLess(root_mean_square(found[bands] - self.truth[bands]), 1.25 * expected)


class Places(CheckTest):
    def rotated(self, grid, angle=0.3):
        cosine, sine = math.cos(angle), math.sin(angle)
        return (grid[0], grid[1] * cosine, grid[1] * sine, grid[3], grid[1] * sine, -grid[1] * cosine)

    def test_rotation_is_refused(self):
        inms = write_image(self.folder / "turned.tif", self.sharp, geotransform=self.rotated(SHARP_GRID))
        inhs = write_image(self.folder / "turned_hs.tif", self.coarse, WAVELENGTHS, WIDTHS, self.rotated(COARSE_GRID))
        self.refused("inms: found a geotransform with rotation, expected .*gdalwarp", inms=inms)
        self.refused("inhs: found a geotransform with rotation, expected .*gdalwarp", inhs=inhs, inms=inms)
        for application, parameters in (("SpatialDegradation", {"ratio": 4}), ("SpectralResponseDegradation", {"srf": "matrix", "srf_matrix_in": self.matrix})):
            code, log = run(application, **{"in": inhs}, **parameters, out=self.folder / "no.tif")
            self.assertNotEqual(code, 0)
            self.assertIn("in: found a geotransform with rotation", log)
        code, log = run("HyperspectralQuality", **{"in": inhs, "inhs": inhs}, ratio=1)
        self.assertNotEqual(code, 0)
        self.assertIn("in: found a geotransform with rotation", log)
        self.succeeds("HyperspectralQuality", **{"in": inhs, "ref": inhs}, peak=1)
        # Training knows no places, and who gives them up has equal footprints.
        self.assertEqual(self.train("turned.json", inhs=inhs).read_bytes(), self.train("plain.json").read_bytes())
        found = self.fuse(inms=f"{inms}?&skipcarto=true", inhs=f"{inhs}?&skipcarto=true")
        numpy.testing.assert_array_equal(found, self.fuse())

    def points(self, name, cube, grid, place=lambda x, y: (x, y), **options):
        """An image that has ground control points instead of a geotransform, each of which `place` moves."""
        path = write_image(self.folder / name, cube, geotransform=None, epsg=None, **options)
        image = gdal.Open(str(path), gdal.GA_Update)
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(32633)
        rows, columns = cube.shape[1:]
        corners = [(c * columns / 2, r * rows / 2) for c in range(3) for r in range(3)]
        image.SetGCPs([gdal.GCP(*place(grid[0] + grid[1] * c, grid[3] + grid[5] * r), 0, c, r) for c, r in corners], reference.ExportToWkt())
        image = None
        return path

    def test_control_points_of_an_upright_grid_are_its_place(self):
        grid = (COARSE_GRID[0] + 6 * 40, 40, 0, COARSE_GRID[3] - 3 * 40, 0, -40)
        parameters = {"method": "morph", "method_morph_csp": "true"}
        expected = self.fuse(inhs=write_image(self.folder / "part.tif", self.coarse[:, 3:, 6:], WAVELENGTHS, WIDTHS, grid), **parameters)
        inhs = self.points("points.tif", self.coarse[:, 3:, 6:], grid, wavelengths=WAVELENGTHS, widths=WIDTHS)
        # The points' grid is the image's but for the last digits.
        numpy.testing.assert_allclose(self.fuse(inhs=inhs, **parameters), expected, atol=1e-3)
        self.assertIn("Place: inhs lies where its ground control points say", self.log)
        # Of the sharp image they give the output its place.
        numpy.testing.assert_allclose(self.fuse(inhs=inhs, inms=self.points("points_ms.tif", self.sharp, SHARP_GRID), **parameters), expected, atol=1e-3)
        image = gdal.Open(str(self.folder / "out.tif"))
        numpy.testing.assert_allclose(image.GetGeoTransform(), SHARP_GRID, rtol=1e-12)
        self.assertEqual((image.GetGCPCount(), image.GetSpatialRef().GetAuthorityCode(None)), (0, "32633"))

    def test_other_control_points_are_refused(self):
        cosine, sine = math.cos(0.3), math.sin(0.3)
        for place in (lambda x, y: (x * cosine - y * sine, x * sine + y * cosine), lambda x, y: (x + (y - COARSE_GRID[3]) ** 2 / 4000, y)):
            inhs = self.points("points.tif", self.coarse, COARSE_GRID, place, wavelengths=WAVELENGTHS, widths=WIDTHS)
            self.refused("inhs: found ground control points without a geotransform, expected .*gdalwarp", inhs=inhs)

    def test_the_other_images_projection(self):
        grid = (COARSE_GRID[0] + 6 * 40, 40, 0, COARSE_GRID[3] - 3 * 40, 0, -40)
        parameters = {"method_morph_csp": "true", "refine": "false"}
        part = write_image(self.folder / "part.tif", self.coarse[:, 3:, 6:], WAVELENGTHS, WIDTHS, grid)
        expected = self.fuse(inhs=part, **parameters)
        nameless = write_image(self.folder / "nameless.tif", self.coarse[:, 3:, 6:], WAVELENGTHS, WIDTHS, grid, epsg=None)
        found = self.warned("inhs: found coordinates without a projection, which overlap those of inms: that of inms is taken", inhs=nameless, **parameters)
        numpy.testing.assert_array_equal(found, expected)
        elsewhere = write_image(self.folder / "elsewhere.tif", self.coarse, WAVELENGTHS, WIDTHS, (7, 40, 0, 9, 0, -40), epsg=None)
        self.warned("inhs: found coordinates without a projection, which do not overlap", inhs=elsewhere, epochs=5)

    def test_footprints_against_pixel_sizes(self):
        inms = write_image(self.folder / "local.tif", self.sharp, geotransform=(0, 10, 0, 0, 0, -10), epsg=None)
        inhs = write_image(self.folder / "same.tif", self.coarse, WAVELENGTHS, WIDTHS, geotransform=(0, 10, 0, 0, 0, -10), epsg=None)
        self.warned("inhs: found pixels of 1 x 1 of inms by their sizes, but equal footprints are assumed, by which a pixel of inhs is 4 x 4", inhs=inhs, inms=inms, epochs=5)
        inhs = write_image(self.folder / "plain.tif", self.coarse[:, :18], WAVELENGTHS, WIDTHS, geotransform=None, epsg=None)
        plain = write_image(self.folder / "plain_ms.tif", self.sharp, geotransform=None, epsg=None)
        self.warned("inhs: equal footprints are assumed, by which a pixel of inhs is 4 x 5.33 of inms", inhs=inhs, inms=plain, epochs=5)

    def test_a_displacement_is_told(self):
        fields = numpy.kron(mixed_scene.abundances(SIZE * RATIO // 2), numpy.ones((2, 2)))
        truth = numpy.tensordot(mixed_scene.spectra().T, fields, 1).astype("float32")
        generator = numpy.random.default_rng(5)
        sharp = numpy.tensordot(mixed_scene.response(), truth, 1) + generator.normal(0, 0.002, (4,) + truth.shape[1:])
        coarse = (mixed_scene.coarsen(truth) + generator.normal(0, 0.001, (BANDS, SIZE, SIZE))).astype("float32")
        inms = write_image(self.folder / "fields.tif", sharp.astype("float32"), geotransform=SHARP_GRID)
        for pixels in (7, 12):
            inhs = write_image(self.folder / "moved.tif", coarse, WAVELENGTHS, WIDTHS, (COARSE_GRID[0], 40, 0, COARSE_GRID[3] - 10 * pixels, 0, -40))
            self.warned("inhs: found displaced by", inhs=inhs, inms=inms, epochs=5)
            columns, rows = (float(number) for number in re.search(r"displaced by (\S+) columns and (\S+) rows", self.log).groups())
            self.assertAlmostEqual(abs(rows), pixels, delta=0.5)
            self.assertAlmostEqual(columns, 0, delta=0.5)
        plain = write_image(self.folder / "there.tif", coarse, WAVELENGTHS, WIDTHS, COARSE_GRID)
        self.fuse(inhs=plain, inms=inms, epochs=5)


class PoorBands(CheckTest):
    def test_a_band_that_is_another_is_told(self):
        sharp = self.sharp.copy()
        sharp[3] = sharp[3, ::-1, ::-1]
        self.warned(r"inms: band 4 .* explains .* % of what the spectral response makes of inhs, where the other bands explain", inms=write_image(self.folder / "other.tif", sharp, geotransform=SHARP_GRID), epochs=5)
        self.assertEqual(len(re.findall("is it the band that the response says", self.log)), 1)
        self.assertGreater(root_mean_square(sharp[3] - self.sharp[3]), 0.05)


if __name__ == "__main__":
    unittest.main()
