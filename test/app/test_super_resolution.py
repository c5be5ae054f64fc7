#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""HyperspectralSuperResolution, TrainSpectralInversion and SpectralInversion from the command line: results, on a scene of linear mixtures whose truth is known."""

import json
import unittest

import numpy

import mixed_scene
from launcher import read_image, write_image
from mixed_scene import COARSE_GRID, RATIO, SHARP_GRID, SIZE, WAVELENGTHS, root_mean_square
from super_resolution_case import QUICK, THREADS, SuperResolutionTest, as_pixels, forward


class Result(SuperResolutionTest):
    def test_all_methods_beat_up_sampling(self):
        for method in ("morph", "lift", "linear"):
            found = root_mean_square(self.fuse(method=method) - self.truth)
            self.assertLess(found, 0.2 * self.nearest, method)

    def test_published_width_of_the_network_is_the_default(self):
        self.fuse(model=self.folder / "model.json", method_morph_hidden=1024, method_morph_ne=7, epochs=2)
        explicit = (self.folder / "model.json").read_bytes()
        self.succeeds("TrainSpectralInversion", inhs=self.inhs, srf="matrix", srf_matrix_in=self.matrix, epochs=2, out=self.folder / "default.json")
        self.assertEqual((self.folder / "default.json").read_bytes(), explicit)

    def test_output_follows_the_equations(self):
        prior = numpy.kron(self.coarse, numpy.ones((1, RATIO, RATIO)))
        for parameters, priors in (
            ({"method": "lift"}, None),
            ({"method": "linear"}, None),
            ({}, None),
            ({"method_morph_constraint": "nonnegative"}, None),
            ({"method_morph_constraint": "sumtoone"}, None),
            ({"method_morph_csp": "true"}, as_pixels(prior)),
        ):
            out = self.fuse(model=self.folder / "model.json", refine="false", **parameters)
            model = json.loads((self.folder / "model.json").read_text())
            expected = forward(model, as_pixels(self.sharp), priors)
            self.assertLess(abs(as_pixels(out) - expected).max(), 2e-5, parameters)

    def test_linear_is_the_ridge_regression_of_the_image_on_what_the_sensor_sees_of_it(self):
        # With noise, since nothing else of this scene is not linear.
        noisy = (self.coarse + numpy.random.default_rng(1).normal(0, 0.02, self.coarse.shape)).astype("float32")
        inhs = write_image(self.folder / "noisy.tif", noisy, WAVELENGTHS, geotransform=COARSE_GRID)
        self.fuse(inhs=inhs, method="linear", scaling="none", model=self.folder / "model.json")
        model = json.loads((self.folder / "model.json").read_text())
        spectra = as_pixels(noisy)
        seen = spectra @ numpy.array(model["spectral_response"]["matrix"]).T
        design = numpy.column_stack([seen, numpy.ones(len(seen))])
        ridge = numpy.diag([model["ridge"]] * seen.shape[1] + [0])
        expected = numpy.linalg.solve(design.T @ design + ridge, design.T @ spectra)
        found = numpy.vstack([numpy.array(model["network"][0]["weights"]).T, model["network"][0]["bias"]])
        self.assertLess(abs(found - expected).max(), 1e-3 * abs(expected).max())
        # What each pixel would miss if it were left out.
        hat = (design @ numpy.linalg.solve(design.T @ design + ridge, design.T)).diagonal()
        left_out = (spectra - design @ expected) / (1 - hat)[:, None]
        self.assertAlmostEqual(model["training"]["loss"], (left_out**2).mean(), delta=0.01 * (left_out**2).mean())

    def test_one_step_is_two_steps(self):
        for parameters in ({"method": "lift"}, {"method": "linear"}, {}, {"method_morph_csp": "true"}):
            refined = self.fuse(model=self.folder / "one.json", rand=7, **parameters)
            model = self.train("two.json", rand=7, **parameters)
            self.assertEqual(model.read_bytes(), (self.folder / "one.json").read_bytes())
            two = {"inms": self.inms, "model": model, "out": self.folder / "two.tif"}
            self.succeeds("SpectralInversion", **two, inhs=self.inhs)
            numpy.testing.assert_array_equal(read_image(self.folder / "two.tif"), refined)
            # Each pixel by itself; without the hyperspectral image nothing else is possible.
            out = self.fuse(model=self.folder / "one.json", rand=7, refine="false", **parameters)
            self.assertEqual(model.read_bytes(), (self.folder / "one.json").read_bytes())
            self.assertLess(root_mean_square(refined - self.truth), root_mean_square(out - self.truth) + 1e-6)
            inhs = {"inhs": self.inhs, "refine": "false"} if "method_morph_csp" in parameters else {}
            self.succeeds("SpectralInversion", **two, **inhs)
            numpy.testing.assert_array_equal(read_image(self.folder / "two.tif"), out)

    def test_all_methods_together_are_their_mean(self):
        model = self.train("auto.json", method="auto", epochs=30)
        # Without the hyperspectral image nothing chooses among them.
        self.succeeds("SpectralInversion", inms=self.inms, model=model, out=self.folder / "mean.tif", outab=self.folder / "ab.tif")
        alone = self.train("morph.json", epochs=30)
        self.succeeds("SpectralInversion", inms=self.inms, model=alone, out=self.folder / "one.tif", outab=self.folder / "one_ab.tif")
        numpy.testing.assert_array_equal(read_image(self.folder / "ab.tif"), read_image(self.folder / "one_ab.tif"))
        content = json.loads(model.read_text())
        members = content["members"]
        self.assertEqual([member["method"] for member in members], ["morph", "lift", "linear"])
        weights = [member["weight"] / sum(other["weight"] for other in members) for member in members]
        expected = sum(weight * forward({**content, **member}, as_pixels(self.sharp)) for weight, member in zip(weights, members))
        self.assertLess(abs(as_pixels(read_image(self.folder / "mean.tif")) - expected).max(), 2e-5)
        # With it, those that are far worse are left out.
        log = self.succeeds("SpectralInversion", inms=self.inms, inhs=self.inhs, model=model, out=self.folder / "chosen.tif")
        self.assertEqual(log.count("Score of "), len(members))
        chosen, mean = (root_mean_square(read_image(self.folder / name) - self.truth) for name in ("chosen.tif", "mean.tif"))
        self.assertLess(chosen, mean)

    def test_by_default_the_module_chooses(self):
        images = {"inhs": self.inhs, "inms": self.inms, "srf": "matrix", "srf_matrix_in": self.matrix}
        settings = {key: value for key, value in QUICK.items() if key != "method"}
        outputs = {key: self.folder / f"{key}.tif" for key in ("out", "outab", "outem")}
        log = self.succeeds("HyperspectralSuperResolution", **images, **settings, **outputs)
        self.assertEqual(log.count("Score of "), 3)
        self.assertIn("method.morph.hidden is used: morph is one of the methods of auto", log)
        # Beside the result, what morph found.
        abundances, endmembers = (read_image(outputs[key]) for key in ("outab", "outem"))
        mixed = numpy.einsum("khw,ck->chw", abundances, endmembers[:, 0])
        morph = root_mean_square(mixed - self.truth)
        self.assertLess(morph, self.nearest)
        self.assertLess(root_mean_square(read_image(outputs["out"]) - self.truth), morph)

    def test_training_and_one_step_give_the_same_endmembers(self):
        self.fuse(outem=self.folder / "one_em.tif")
        self.train("two.json", outem=self.folder / "two_em.tif")
        numpy.testing.assert_array_equal(read_image(self.folder / "one_em.tif"), read_image(self.folder / "two_em.tif"))

    def test_seed_makes_the_model_and_threads_do_not(self):
        for parameters in ({}, {"method": "lift", "method_lift_width": 20}, {"method_morph_csp": "true"}, {"batch": 100}):
            models = []
            for seed, threads in ((3, 1), (3, 2), (3, 3), (4, 2)):
                self.fuse(env={THREADS: str(threads)}, rand=seed, model=self.folder / "model.json", **{**parameters, "epochs": 30})
                models.append((self.folder / "model.json").read_bytes())
            self.assertEqual(models[0], models[1], parameters)
            self.assertEqual(models[0], models[2], parameters)
            self.assertNotEqual(models[0], models[3], parameters)

    def test_unit_of_the_images_is_kept(self):
        counts = {"inhs": (self.coarse, COARSE_GRID), "inms": (self.sharp, SHARP_GRID)}
        integers, floats = {}, {}
        for key, (cube, grid) in counts.items():
            rounded = numpy.rint(cube * 10000)
            integers[key] = write_image(self.folder / f"{key}_int16.tif", rounded.astype("int16"), WAVELENGTHS if key == "inhs" else None, geotransform=grid)
            floats[key] = write_image(self.folder / f"{key}_float.tif", (rounded / 10000).astype("float32"), WAVELENGTHS if key == "inhs" else None, geotransform=grid)
        for method in ("morph", "lift", "linear"):
            # A few epochs: rounding grows with every step of the training.
            reflectance = self.fuse(**floats, method=method, epochs=10)
            numbers = self.fuse(**integers, method=method, epochs=10)
            self.assertLess(abs(numbers - 10000 * reflectance.astype(float)).max(), 0.5)

    def test_integer_inputs(self):
        for pixel_type, scale in (("uint8", 250), ("uint16", 60000), ("int16", 30000), ("float64", 1)):
            cubes = [cube * scale if pixel_type == "float64" else numpy.rint(cube * scale) for cube in (self.coarse, self.sharp)]
            inhs = write_image(self.folder / "typed_coarse.tif", cubes[0].astype(pixel_type), WAVELENGTHS, geotransform=COARSE_GRID)
            inms = write_image(self.folder / "typed_sharp.tif", cubes[1].astype(pixel_type), geotransform=SHARP_GRID)
            found = self.fuse(inhs=inhs, inms=inms) / scale
            self.assertLess(root_mean_square(found - self.truth), 0.2 * self.nearest, pixel_type)

    def test_scaling_none_takes_values_as_they_are(self):
        self.fuse(scaling="none", model=self.folder / "model.json")
        self.assertEqual(json.loads((self.folder / "model.json").read_text())["scaling"], {"offset": 0, "scale": 1})
        self.fuse(model=self.folder / "model.json")
        low, high = numpy.percentile(self.coarse.astype(float), (1, 99))
        scaling = json.loads((self.folder / "model.json").read_text())["scaling"]
        self.assertAlmostEqual(scaling["offset"], low, places=5)
        self.assertAlmostEqual(scaling["scale"], high - low, places=5)

    def test_constraints_on_abundances(self):
        for constraint in ("nonnegative", "sumtoone"):
            found = root_mean_square(self.fuse(outab=self.folder / "ab.tif", method_morph_constraint=constraint, epochs=400) - self.truth)
            abundances = read_image(self.folder / "ab.tif")
            self.assertGreaterEqual(abundances.min(), 0)
            if constraint == "sumtoone":
                numpy.testing.assert_allclose(abundances.sum(0), 1, atol=1e-5)
            else:
                self.assertLess(found, 0.5 * self.nearest, constraint)

    def test_abundances_endmembers_and_offset_make_the_output(self):
        out = self.fuse(outab=self.folder / "ab.tif", outem=self.folder / "em.tif", model=self.folder / "model.json", refine="false")
        offset = json.loads((self.folder / "model.json").read_text())["scaling"]["offset"]
        self.succeeds("LinearMixingSynthesis", **{"in": self.folder / "ab.tif"}, ie=self.folder / "em.tif", offset=offset, out=self.folder / "mixed.tif")
        numpy.testing.assert_allclose(read_image(self.folder / "mixed.tif"), out, atol=1e-6)
        self.assertIn(f"offset {offset:.4g}"[:-1], self.log)

    def test_number_of_endmembers_can_be_estimated(self):
        self.fuse(method_morph_ne=-1, outem=self.folder / "em.tif")
        self.assertEqual(read_image(self.folder / "em.tif").shape, (len(WAVELENGTHS), 1, 4))
        self.assertIn("Number of endmembers: 4, by the dimensions of the signal that stand out of the noise", self.log)

    def test_batches_and_squared_loss(self):
        for parameters in ({"batch": 100}, {"loss": "l2", "epochs": 600}):
            self.assertLess(root_mean_square(self.fuse(**parameters) - self.truth), 0.2 * self.nearest, parameters)

    def test_training_can_be_bounded_to_a_sample(self):
        self.fuse(samples=200, model=self.folder / "model.json")
        pixels = json.loads((self.folder / "model.json").read_text())["training"]["pixels"]
        self.assertTrue(100 <= pixels <= 200, pixels)


class CoarseSpectralPrior(SuperResolutionTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pan = mixed_scene.scene(1)[2]
        cls.inms = write_image(cls.folder / "pan.tif", cls.pan, geotransform=SHARP_GRID)
        numpy.savetxt(cls.matrix, mixed_scene.response(1), delimiter=",")

    def test_beats_none_on_one_band(self):
        without = root_mean_square(self.fuse(method_morph_csp="false", refine="false") - self.truth)
        self.assertLess(root_mean_square(self.fuse(method_morph_csp="true", refine="false") - self.truth), 0.7 * without)

    def test_is_there_by_default_on_one_band(self):
        numpy.testing.assert_array_equal(self.fuse(epochs=30), self.fuse(epochs=30, method_morph_csp="true"))
        # Of other ground the image is none of this scene's.
        inms = write_image(self.folder / "far.tif", self.pan, geotransform=(900000, 10, 0, 5800000, 0, -10))
        numpy.testing.assert_array_equal(self.fuse(inms=inms, epochs=30), self.fuse(inms=inms, epochs=30, method_morph_csp="false"))

    def test_grids_of_any_ratio_and_offset(self):
        model = self.train("csp.json", method_morph_csp="true")
        # 15 m pixels, from 5 pixels left of and 3.2 above the coarse image's corner, and from inside it.
        for left, top in ((500000 - 75, 5800000 + 48), (500000 + 310.0, 5800000 - 415.5)):
            x = left + 15 * (numpy.arange(60) + 0.5)
            y = top - 15 * (numpy.arange(70) + 0.5)
            column, row = numpy.floor((x - 500000) / 40).astype(int), numpy.floor((5800000 - y) / 40).astype(int)
            inside = ((row >= 0) & (row < SIZE))[:, None] & ((column >= 0) & (column < SIZE))[None]
            self.assertTrue(inside.any() and not inside.all())
            pan = numpy.random.default_rng(5).uniform(0.1, 0.7, (1, 70, 60)).astype("float32")
            shifted = write_image(self.folder / "shifted.tif", pan, geotransform=(left, 15, 0, top, 0, -15))
            self.succeeds("SpectralInversion", inms=shifted, inhs=self.inhs, model=model, radio="none", refine="false", out=self.folder / "out.tif")
            out = read_image(self.folder / "out.tif")
            self.assertTrue((out[:, ~inside] == -9999).all())
            priors = self.coarse[:, row.clip(0, SIZE - 1)[:, None], column.clip(0, SIZE - 1)[None]]
            expected = forward(json.loads(model.read_text()), as_pixels(pan), as_pixels(priors)).T.reshape(out.shape)
            self.assertLess(abs(out - expected)[:, inside].max(), 2e-5)

    def test_equal_footprints_are_assumed_without_georeferencing(self):
        georeferenced = self.fuse(method_morph_csp="true")
        self.assertIn("a hyperspectral pixel is 4 x 4 multispectral ones, by physical coordinates", self.log)
        inhs = write_image(self.folder / "bare_coarse.tif", self.coarse, WAVELENGTHS, geotransform=None, epsg=None)
        inms = write_image(self.folder / "bare_pan.tif", self.pan, geotransform=None, epsg=None)
        numpy.testing.assert_array_equal(self.fuse(inhs=inhs, inms=inms, method_morph_csp="true"), georeferenced)
        self.assertIn("a hyperspectral pixel is 4 x 4 multispectral ones, by equal footprints", self.log)

    def test_no_data_where_the_prior_has_none(self):
        holes = self.coarse.copy()
        holes[3, 2, 5] = numpy.nan
        holes[:, 20, 23] = -1
        inhs = write_image(self.folder / "holes.tif", holes, WAVELENGTHS, geotransform=COARSE_GRID, nodata=-1)
        invalid = self.fuse(inhs=inhs, method_morph_csp="true")[0] == -9999
        expected = numpy.zeros(invalid.shape, bool)
        expected[8:12, 20:24] = expected[80:84, 92:96] = True
        numpy.testing.assert_array_equal(invalid, expected)

    def test_streams(self):
        whole = self.fuse(method_morph_csp="true")
        for streaming in ("tiled&streaming:sizemode=height&streaming:sizevalue=16", "stripped&streaming:sizemode=height&streaming:sizevalue=7"):
            found = self.fuse(f"tiles.tif?&streaming:type={streaming}", env={THREADS: "1"}, method_morph_csp="true")
            numpy.testing.assert_array_equal(found, whole)


if __name__ == "__main__":
    unittest.main()
