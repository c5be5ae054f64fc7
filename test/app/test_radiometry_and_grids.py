#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two sensors that differ in calibration, and in grid: extent, ratio, origin, projection. On a scene whose truth is known at every place."""

import json
import math
import re
import unittest

import numpy
from osgeo import gdal

import mixed_scene
from launcher import read_image, run, write_image
from mixed_scene import COARSE_GRID, RATIO, SHARP_GRID, SIZE, WAVELENGTHS, WIDTHS, root_mean_square
from super_resolution_case import THREADS, SuperResolutionTest

GAINS = numpy.array([0.7, 1.15, 0.85, 1.3])
OFFSETS = numpy.array([-0.06, 0.05, -0.04, 0.08])


def decibels(found, truth):
    return -20 * math.log10(root_mean_square(found - truth))


def moved(grid, columns, rows):
    """The grid of the part of an image that begins at that column and row."""
    return grid[0] + columns * grid[1], grid[1], 0, grid[3] + rows * grid[5], 0, grid[5]


class RadiometryTest(SuperResolutionTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Fields of 12 sharp pixels, three coarse ones: most of the ground is larger than a pixel, or there was little to see for the coarse sensor.
        fields = numpy.kron(mixed_scene.abundances(SIZE * RATIO // 2), numpy.ones((2, 2)))
        cls.truth = numpy.tensordot(mixed_scene.spectra().T, fields, 1).astype("float32")
        cls.sharp = numpy.tensordot(mixed_scene.response(), cls.truth, 1).astype("float32")
        # The coarse sensor blurs beyond its pixels, as real ones do.
        padded = numpy.pad(cls.truth, ((0, 0), (4, 4), (4, 4)), "edge")
        weights = numpy.exp(-0.5 * (numpy.arange(-4, 5) / 1.8) ** 2)
        weights /= weights.sum()
        size = SIZE * RATIO
        rows = sum(weight * padded[:, shift : shift + size] for shift, weight in enumerate(weights))
        cls.coarse = mixed_scene.coarsen(sum(weight * rows[:, :, shift : shift + size] for shift, weight in enumerate(weights))).astype("float32")
        noise = numpy.random.default_rng(7)
        cls.coarse += noise.normal(0, 0.002, cls.coarse.shape).astype("float32")
        cls.inhs = write_image(cls.folder / "coarse.tif", cls.coarse, WAVELENGTHS, WIDTHS, COARSE_GRID)
        cls.sharp = cls.sharp + noise.normal(0, 0.004, cls.sharp.shape).astype("float32")
        cls.inms = write_image(cls.folder / "sharp.tif", cls.sharp, geotransform=SHARP_GRID)
        cls.disturbed = ((cls.sharp - OFFSETS[:, None, None]) / GAINS[:, None, None]).astype("float32")

    def radiometry(self):
        """Gains and offsets of the log's last line about it, c x 2."""
        line = re.findall(r"Radiometry: gain and offset by band of inms: (.*), from", self.log)[-1]
        found = re.findall(r"(\S+) x ([+-]) ([^\s,]+)", line)
        return numpy.array([[float(gain), float(sign + offset)] for gain, sign, offset in found])

    def clouded(self, cube, cell, value):
        """5 % of the image in two banks of clouds; and where there are none, by sharp pixels."""
        clear = numpy.ones((SIZE, SIZE), bool)
        clear[3:8, 5:8] = clear[15:20, 12:15] = False
        self.assertAlmostEqual(1 - clear.mean(), 0.05, delta=0.01)
        size = numpy.ones((cell, cell), bool)
        return numpy.where(numpy.kron(clear, size), cube, value).astype("float32"), numpy.kron(clear, numpy.ones((RATIO, RATIO), bool))


class Radiometry(RadiometryTest):
    def test_a_disturbed_image_gives_the_undisturbed_result(self):
        inms = write_image(self.folder / "disturbed.tif", self.disturbed, geotransform=SHARP_GRID)
        for method in ("morph", "lift"):
            expected = decibels(self.fuse(method=method, radio="none"), self.truth)
            without = decibels(self.fuse(method=method, radio="none", inms=inms), self.truth)
            self.assertNotIn("Radiometry", self.log)
            found = decibels(self.fuse(method=method, inms=inms), self.truth)
            self.assertLess(without, expected - 6)
            self.assertGreater(found, expected - 0.3, method)
            numpy.testing.assert_allclose(self.radiometry()[:, 0], GAINS, rtol=0.02)
            numpy.testing.assert_allclose(self.radiometry()[:, 1], OFFSETS, atol=0.02)
            self.assertIn("by physical coordinates", self.log)

    def test_unequal_extents_and_clouds_cost_little(self):
        expected = {refine: self.fuse(radio="none", refine=refine) for refine in ("auto", "false")}
        above, clear = self.clouded(self.disturbed, RATIO, 1.4)
        below, _ = self.clouded(self.coarse, 1, 0.95)
        top, left = 10, 21
        for name, sharp in (("extent", self.disturbed), ("clouds", above)):
            part = write_image(self.folder / f"{name}.tif", sharp[:, top:, left:], geotransform=moved(SHARP_GRID, left, top))
            valid = numpy.broadcast_to(clear[top:, left:], self.truth[:, top:, left:].shape)
            truth = self.truth[:, top:, left:][valid]
            # Without the coarse pixels under clouds there is less to refine by, which is no reason to do harm.
            for refine, loss in (("false", 0.5), ("auto", 3)):
                found = decibels(self.fuse(inms=part, refine=refine)[valid], truth)
                self.assertGreater(found, decibels(expected[refine][:, top:, left:][valid], truth) - loss, name)
        inhs = write_image(self.folder / "cloudy.tif", below, WAVELENGTHS, WIDTHS, COARSE_GRID)
        inms = write_image(self.folder / "disturbed.tif", self.disturbed, geotransform=SHARP_GRID)
        unrefined = decibels(self.fuse(inhs=inhs, radio="none", refine="false"), self.truth)
        self.assertGreater(decibels(self.fuse(inhs=inhs, inms=inms, refine="false"), self.truth), unrefined - 0.5)
        refined = decibels(self.fuse(inhs=inhs, radio="none"), self.truth)
        self.assertGreater(refined, unrefined + 3)
        self.assertGreater(decibels(self.fuse(inhs=inhs, inms=inms), self.truth), refined - 0.5)

    def test_images_of_one_calibration_are_left_as_they_are(self):
        expected = self.fuse(radio="none", model=self.folder / "none.json")
        numpy.testing.assert_array_equal(self.fuse(model=self.folder / "affine.json"), expected)
        self.assertIn("Radiometry: left as it is", self.log)
        self.assertEqual((self.folder / "affine.json").read_bytes(), (self.folder / "none.json").read_bytes())

    def test_the_model_keeps_gains_and_offsets(self):
        inms = write_image(self.folder / "disturbed.tif", self.disturbed, geotransform=SHARP_GRID)
        for parameters in ({"method": "lift"}, {}, {"method_morph_csp": "true"}):
            refined = self.fuse(inms=inms, **parameters)
            expected = self.fuse(inms=inms, model=self.folder / "model.json", refine="false", **parameters)
            stored = json.loads((self.folder / "model.json").read_text())["radiometry"]
            numpy.testing.assert_allclose(stored["gains"], self.radiometry()[:, 0], rtol=1e-4)
            prior = {"inhs": self.inhs} if "method_morph_csp" in parameters else {}
            common = {"inms": inms, "model": self.folder / "model.json", "out": self.folder / "two.tif"}
            log = self.succeeds("SpectralInversion", **common, **prior, refine="false")
            numpy.testing.assert_array_equal(read_image(self.folder / "two.tif"), expected)
            self.assertEqual("the model was made with" in log, not prior)
            # Found anew, they are the same; without them the result is another.
            self.succeeds("SpectralInversion", **common, inhs=self.inhs, refine="false")
            numpy.testing.assert_array_equal(read_image(self.folder / "two.tif"), expected)
            self.succeeds("SpectralInversion", **common, inhs=self.inhs)
            numpy.testing.assert_array_equal(read_image(self.folder / "two.tif"), refined)
            self.succeeds("SpectralInversion", **common, inhs=self.inhs, radio="none", refine="false")
            self.assertGreater(abs(read_image(self.folder / "two.tif") - expected).max(), 0.1)

    def test_a_model_without_them_finds_them(self):
        model = self.train("plain.json")
        inms = write_image(self.folder / "disturbed.tif", self.disturbed, geotransform=SHARP_GRID)
        self.log = self.succeeds("SpectralInversion", inms=inms, inhs=self.inhs, model=model, out=self.folder / "two.tif")
        numpy.testing.assert_allclose(self.radiometry()[:, 0], GAINS, rtol=0.02)
        self.assertGreater(decibels(read_image(self.folder / "two.tif"), self.truth), decibels(self.fuse(radio="none"), self.truth) - 0.3)

    def test_tiles_and_threads_make_no_difference(self):
        # Strips of the coarse image that cut the windows, and the sharp image in pieces.
        large = numpy.tile(self.disturbed, (1, 6, 6))
        inms = write_image(self.folder / "large.tif", large, geotransform=SHARP_GRID)
        inhs = write_image(self.folder / "large_coarse.tif", numpy.tile(self.coarse, (1, 6, 6)), WAVELENGTHS, WIDTHS, COARSE_GRID)
        found = set()
        for threads, ram in ((1, 256), (3, 1), (2, 2)):
            self.fuse(inms=inms, inhs=inhs, env={THREADS: str(threads)}, ram=ram, epochs=1, samples=500, model=self.folder / "model.json")
            found.add(json.dumps(json.loads((self.folder / "model.json").read_text())["radiometry"]))
        self.assertEqual(len(found), 1)

    def test_images_without_georeferencing_are_taken_as_one_footprint(self):
        inms = write_image(self.folder / "disturbed.tif", self.disturbed, geotransform=None, epsg=None)
        inhs = write_image(self.folder / "plain.tif", self.coarse, WAVELENGTHS, WIDTHS, geotransform=None, epsg=None)
        self.fuse(inms=inms, inhs=inhs)
        self.assertIn("by equal footprints, since the images are not both georeferenced", self.log)
        numpy.testing.assert_allclose(self.radiometry()[:, 0], GAINS, rtol=0.02)

    def test_images_of_other_ground_are_still_fused(self):
        inms = write_image(self.folder / "far.tif", self.disturbed, geotransform=moved(SHARP_GRID, 100000, 0))
        out = self.fuse(inms=inms)
        self.assertIn("Radiometry: not harmonised. inms and inhs do not overlap", self.log)
        numpy.testing.assert_array_equal(out, self.fuse(inms=inms, radio="none"))


class Grids(RadiometryTest):
    def test_any_ratio_and_sub_pixel_offset(self):
        # Sharp pixels of 10 m under coarse ones of 40 m, offset by parts of a sharp pixel; 15 m pixels: a ratio of 2.67.
        size = SIZE * RATIO
        for pixel, columns, rows in ((10, 0.25, 0.5), (15, 0, 0), (15, 0.4, -0.3)):
            y = numpy.clip((numpy.arange(int(size * 10 / pixel)) + 0.5 + rows) * pixel / 10, 0, size - 1)
            x = numpy.clip((numpy.arange(int(size * 10 / pixel)) + 0.5 + columns) * pixel / 10, 0, size - 1)
            sharp = self.disturbed[:, y.astype(int)][:, :, x.astype(int)]
            grid = (SHARP_GRID[0] + columns * pixel, pixel, 0, SHARP_GRID[3] - rows * pixel, 0, -pixel)
            out = self.fuse(inms=write_image(self.folder / "offset.tif", sharp, geotransform=grid))
            numpy.testing.assert_allclose(self.radiometry()[:, 0], GAINS, rtol=0.02)
            self.assertEqual(gdal.Open(str(self.folder / "out.tif")).GetGeoTransform(), grid)
            self.assertGreater(decibels(out, self.truth[:, y.astype(int)][:, :, x.astype(int)]), 30)

    def other_projection(self, epsg, pixel):
        """The coarse image as a sensor sees it whose grid is of another projection: the truth's means over its pixels, by GDAL."""
        source = write_image(self.folder / "source.tif", self.truth, geotransform=SHARP_GRID)
        path = self.folder / f"projected_{epsg}.tif"
        gdal.Warp(str(path), str(source), dstSRS=f"EPSG:{epsg}", xRes=pixel, yRes=pixel, resampleAlg="average", dstNodata=-9999)
        image = gdal.Open(str(path), gdal.GA_Update)
        for band, wavelength in enumerate(WAVELENGTHS):
            image.GetRasterBand(band + 1).SetMetadataItem("wavelength", f"{wavelength:.10g}")
        image = None
        return path

    def test_other_projections(self):
        inms = write_image(self.folder / "disturbed.tif", self.disturbed, geotransform=SHARP_GRID)
        expected = decibels(self.fuse(radio="none", refine="false"), self.truth)
        for epsg, pixel in ((32632, 40), (4326, 40 / 85000)):  # degrees of 69 x 111 km
            inhs = self.other_projection(epsg, pixel)
            unrefined = decibels(self.fuse(inms=inms, inhs=inhs, refine="false"), self.truth)
            self.assertIn("inhs being reprojected", self.log)
            self.assertIn("by physical coordinates", self.log)
            numpy.testing.assert_allclose(self.radiometry()[:, 0], GAINS, rtol=0.05)
            self.assertGreater(unrefined, expected - 2)
            # What reprojection has made of the coarse image is no reason to do harm.
            self.assertGreater(decibels(self.fuse(inms=inms, inhs=inhs), self.truth), unrefined - 0.1)

    def test_the_prior_of_another_projection_lies_where_it_should(self):
        # One network for two priors: the hyperspectral image, and the same in another projection.
        model = self.train("csp.json", method_morph_csp="true")
        parameters = {"inms": self.inms, "model": model, "radio": "none", "refine": "false"}
        self.succeeds("SpectralInversion", **parameters, inhs=self.inhs, outab=self.folder / "ab.tif", out=self.folder / "one.tif")
        inhs = self.other_projection(32632, 40)
        self.log = self.succeeds("SpectralInversion", **parameters, inhs=inhs, outab=self.folder / "ab.tif", out=self.folder / "two.tif")
        one, two = read_image(self.folder / "one.tif"), read_image(self.folder / "two.tif")
        valid = (two != -9999).all(0)
        # All but the rim, where rotated pixels stick out.
        self.assertGreater(valid.mean(), 0.9)
        self.assertTrue(valid[6:-6, 6:-6].all())
        near = root_mean_square((one - two)[:, valid])
        # The prior a pixel off would be farther: how far tells a shifted one.
        shifted = write_image(self.folder / "shifted.tif", self.coarse, WAVELENGTHS, WIDTHS, moved(COARSE_GRID, 1, 0))
        self.succeeds("SpectralInversion", **parameters, inhs=shifted, out=self.folder / "three.tif")
        three = read_image(self.folder / "three.tif")
        both = valid & (three != -9999).all(0)
        self.assertLess(near, 0.7 * root_mean_square((one - three)[:, both]))

    def test_outside_of_the_overlap(self):
        part = write_image(self.folder / "part.tif", self.coarse[:, :, 10:], WAVELENGTHS, WIDTHS, moved(COARSE_GRID, 10, 0))
        self.assertTrue((self.fuse(inhs=part) != -9999).all())
        found = self.fuse(inhs=part, method_morph_csp="true")
        numpy.testing.assert_array_equal((found == -9999).all(0), numpy.arange(SIZE * RATIO)[None] < 10 * RATIO + 0 * numpy.arange(SIZE * RATIO)[:, None])


class ConsistencyScores(RadiometryTest):
    """HyperspectralQuality between images whose grids differ."""

    def scores(self, name="in.tif", **parameters):
        self.log = self.succeeds("HyperspectralQuality", **{"in": self.folder / name, "psf": "delta", "outjson": self.folder / "scores.json", **parameters})
        return json.loads((self.folder / "scores.json").read_text())

    def coordinates(self, name, grid, columns, rows):
        """Two bands: the coordinates of the pixels' centres, from the grid's corner."""
        x = grid[0] - SHARP_GRID[0] + (numpy.arange(columns) + 0.5) * grid[1]
        y = grid[3] - SHARP_GRID[3] + (numpy.arange(rows) + 0.5) * grid[5]
        cube = numpy.array(numpy.broadcast_arrays(x[None], y[:, None]))
        return write_image(self.folder / name, cube.astype("float32"), [500, 600], geotransform=grid)

    def test_physical_coordinates_decide(self):
        self.coordinates("in.tif", SHARP_GRID, 60, 48)
        # Whole blocks from the corner, blocks from elsewhere, another extent, another ratio: means of coordinates are those of the footprints' centres.
        for ratio, column, row, columns, rows in ((4, 0, 0, 15, 12), (4, 3, 5, 14, 10), (4, -4, 2, 20, 9), (4, 0, 0, 9, 9), (3, 1, 2, 12, 12), (6, 5, 5, 9, 7)):
            grid = moved(SHARP_GRID, column, row)
            coarse = self.coordinates("coarse.tif", (grid[0], 10 * ratio, 0, grid[3], 0, -10 * ratio), columns, rows)
            found = self.scores(inhs=coarse, ratio=4)["spectral"]
            self.assertLess(found["overall"]["rmse"], 1e-3)
            whole_columns = min(columns, (60 - column) // ratio) - -min(column, 0) // ratio
            self.assertEqual(found["pixels"], whole_columns * min(rows, (48 - row) // ratio))

    def test_a_sub_pixel_offset_is_measured(self):
        self.coordinates("in.tif", SHARP_GRID, 60, 48)
        # The coarse image says 2.5 m more than where it lies.
        coarse = self.coordinates("coarse.tif", (SHARP_GRID[0] + 2.5, 40, 0, SHARP_GRID[3], 0, -40), 14, 12)
        honest = self.scores(inhs=coarse, ratio=4)["spectral"]["overall"]["rmse"]
        image = gdal.Open(str(coarse), gdal.GA_Update)
        image.SetGeoTransform((SHARP_GRID[0], 40, 0, SHARP_GRID[3], 0, -40))
        image = None
        moved_by = self.scores(inhs=coarse, ratio=4)["spectral"]["bands"][0]["rmse"]
        self.assertLess(honest, 0.7)  # pixels cut in part: within a sixteenth of their 10 m
        self.assertAlmostEqual(moved_by, 2.5, delta=1e-3)

    def test_the_sharp_image_may_show_more_or_less(self):
        grid = moved(SHARP_GRID, 10, 0)
        write_image(self.folder / "in.tif", self.truth, WAVELENGTHS)
        inside = write_image(self.folder / "inside.tif", self.truth, WAVELENGTHS, geotransform=SHARP_GRID)
        clean = numpy.tensordot(mixed_scene.response(), self.truth, 1).astype("float32")
        larger = write_image(self.folder / "larger.tif", numpy.pad(clean, ((0, 0), (3, 0), (5, 0))), geotransform=moved(SHARP_GRID, -5, -3))
        smaller = write_image(self.folder / "smaller.tif", clean[:, :40, 10:], geotransform=grid)
        for image, pixels in ((larger, (SIZE * RATIO) ** 2), (smaller, 40 * (SIZE * RATIO - 10))):
            found = self.scores(inside.name, inms=image, srf="matrix", srf_matrix_in=self.matrix)["spatial"]
            self.assertLess(found["overall"]["rmse"], 1e-6)
            self.assertEqual(found["pixels"], pixels)

    def test_another_projection(self):
        write_image(self.folder / "in.tif", self.truth, WAVELENGTHS, geotransform=SHARP_GRID)
        source = write_image(self.folder / "source.tif", mixed_scene.coarsen(self.truth).astype("float32"), WAVELENGTHS, geotransform=COARSE_GRID)
        warped = self.folder / "warped.tif"
        gdal.Warp(str(warped), str(source), dstSRS="EPSG:32632", xRes=40, yRes=40, resampleAlg="near", dstNodata=-9999)
        found = self.scores(inhs=warped, ratio=4)["spectral"]
        self.assertIn("inhs is reprojected", self.log)
        same = self.scores(inhs=source, ratio=4)["spectral"]
        self.assertLess(same["overall"]["rmse"], 1e-6)
        # Two roundings to the nearest pixel: worse than the same grid, far better than pixels that have nothing in common.
        contrast = root_mean_square(self.truth - self.truth.mean((1, 2), keepdims=True))
        self.assertLess(found["overall"]["rmse"], 0.7 * contrast)
        self.assertGreater(found["pixels"], 0.8 * SIZE**2)

    def test_images_of_other_ground_are_refused(self):
        self.coordinates("in.tif", SHARP_GRID, 60, 48)
        far = self.coordinates("far.tif", moved(COARSE_GRID, 1000, 0), 15, 12)
        code, log = run("HyperspectralQuality", **{"in": self.folder / "in.tif", "inhs": far, "ratio": 4})
        self.assertNotEqual(code, 0)
        self.assertRegex(log, r"\(FATAL\) HyperspectralQuality: inhs: in and inhs do not overlap, .*: in pixels of inhs, in spans")


if __name__ == "__main__":
    unittest.main()
