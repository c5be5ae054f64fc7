#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The second round: trained again on the refined result, which it makes better or leaves as good; its model serves other images."""

import json
import unittest

import numpy

from launcher import read_image, run, write_image
from mixed_scene import RATIO, SHARP_GRID, WAVELENGTHS
from refinement_scene import hyperspectral, multispectral, psnr, truth
from super_resolution_case import THREADS, SuperResolutionTest

SETTINGS = {"epochs": 300, "method_morph_ne": 6, "method_morph_hidden": 128, "method_morph_csp": "false", "radio": "none"}
MOST_LOSS = 0.2  # dB


class SecondRoundTest(SuperResolutionTest):
    """A scene, and what its sensors make of it, as files."""

    def setUp(self):
        self.real = truth()
        self.write(hyperspectral(self.real), multispectral(self.real))
        self.model = self.folder / "model.json"

    def write(self, coarse, sharp, ratio=RATIO):
        """The images that the applications are given from now on."""
        self.inhs = write_image(self.folder / "hs.tif", coarse, WAVELENGTHS, geotransform=(500000, 10 * ratio, 0, 5800000, 0, -10 * ratio))
        self.inms = write_image(self.folder / "ms.tif", sharp, geotransform=SHARP_GRID)

    def fuse(self, name="out.tif", env=None, **parameters):
        return super().fuse(name, env=env, **{**SETTINGS, **parameters})

    def invert(self, name="inverted.tif", **parameters):
        self.log = self.succeeds("SpectralInversion", model=self.model, inms=self.inms, out=self.folder / name, radio="none", **parameters)
        return read_image(self.folder / name)


class Result(SecondRoundTest):
    def test_is_told(self):
        report = self.folder / "report.html"
        first = self.fuse(report=report)
        self.assertNotIn("Second round", self.log)
        self.assertNotIn("second round", report.read_text())
        second = self.fuse(report=report, retrain="true")
        self.assertRegex(self.log, r"Second round: trained on 4096 pixels of the refined result")
        self.assertIn("second round", report.read_text())
        self.assertGreater(abs(second - first).max(), 0)

    def test_same_bits_for_any_threads_and_memory(self):
        expected = self.fuse(retrain="true")
        for threads, ram in ((1, 256), (2, 1)):
            numpy.testing.assert_array_equal(self.fuse("other.tif", env={THREADS: str(threads)}, ram=ram, retrain="true"), expected)

    def test_of_several_methods(self):
        # Each that was taken, and none that was not.
        self.fuse(method="auto", model=self.model)
        first = [member["method"] for member in json.loads(self.model.read_text())["members"]]
        self.fuse(method="auto", model=self.model, retrain="true")
        self.assertEqual([member["method"] for member in json.loads(self.model.read_text())["members"]], 2 * first)


class Gain(SecondRoundTest):
    """By how much the second round is better than one."""

    def succeeds(self, application, **parameters):
        # Images that do not fit each other make warnings.
        code, log = run(application, **parameters)
        self.assertEqual(code, 0, log)
        return log

    def gain(self, real, coarse, sharp, ratio=RATIO, where=slice(None)):
        """In dB."""
        self.write(coarse, sharp, ratio)
        one, two = (psnr(self.fuse(retrain=retrain), real, where) for retrain in ("false", "true"))
        return two - one

    def test_of_scenes(self):
        gains = []
        for seed in range(1, 4):
            real = truth(seed=seed)
            gains.append(self.gain(real, hyperspectral(real), multispectral(real)))
        self.assertGreater(sum(gains) / len(gains), 0.1, gains)
        self.assertGreater(min(gains), -MOST_LOSS, gains)

    def test_of_few_coarse_pixels(self):
        for ratio, pixels in ((4, 6), (4, 10), (8, 6)):
            real = truth()[:, : pixels * ratio, : pixels * ratio]
            with self.subTest(ratio=ratio, pixels=pixels**2):
                self.assertGreater(self.gain(real, hyperspectral(real, ratio, 1.5 * ratio / 4), multispectral(real), ratio), -MOST_LOSS)

    def test_beside_a_cloud(self):
        third = 96 // 3
        cloud = self.real.copy()
        cloud[:, :, :third] = 0.8
        self.assertGreater(self.gain(self.real, hyperspectral(cloud), multispectral(self.real), where=slice(third, None)), -MOST_LOSS)


class Model(SecondRoundTest):
    def test_serves_other_images(self):
        self.fuse(retrain="true", model=self.model)
        other = truth(seed=4)
        self.write(hyperspectral(other), multispectral(other))
        alone = psnr(self.invert(), other)
        refined = psnr(self.invert(inhs=self.inhs), other)
        self.assertIn("refined by", self.log)
        self.assertGreater(refined, alone + 1)
        # As a model of one round does.
        self.write(hyperspectral(self.real), multispectral(self.real))
        self.fuse(model=self.model)
        self.write(hyperspectral(other), multispectral(other))
        self.assertGreater(alone, psnr(self.invert(), other) - MOST_LOSS)
        self.assertGreater(refined, psnr(self.invert(inhs=self.inhs), other) - MOST_LOSS)

    def test_with_what_was_found_it_gives_the_result_again(self):
        expected = self.fuse(retrain="true", model=self.model, outref=self.folder / "scene.json")
        numpy.testing.assert_array_equal(self.invert(inhs=self.inhs, inref=self.folder / "scene.json"), expected)


class NotDone(SecondRoundTest):
    def check(self, reason, **parameters):
        numpy.testing.assert_array_equal(self.fuse(**parameters), self.fuse(retrain="true", **parameters))
        self.assertIn(f"Second round: none. {reason}", self.log)

    def test_of_a_result_that_is_not_refined(self):
        self.check("The result is not refined", refine="false")
        self.write(hyperspectral(truth(seed=7)), multispectral(self.real))
        self.check("The result is not refined")

    def test_with_a_prior(self):
        self.check("A method with a coarse spectral prior gains nothing by it", method_morph_csp="true")

    def test_with_a_known_refinement(self):
        # It is of the first round's errors.
        self.fuse(outref=self.folder / "scene.json")
        code, log = run("HyperspectralSuperResolution", inhs=self.inhs, inms=self.inms, srf="matrix", srf_matrix_in=self.matrix, retrain="true",
                        inref=self.folder / "scene.json", out=self.folder / "refused.tif")
        self.assertNotEqual(code, 0)
        self.assertIn("retrain: found true, expected false, since inref is given", log)
        self.assertFalse((self.folder / "refused.tif").exists())


if __name__ == "__main__":
    unittest.main()
