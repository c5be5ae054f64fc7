#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Refinement by the hyperspectral image: it gains where it can, loses nothing where it cannot, and fits together from tiles; its score without a truth."""

import csv
import json
import re
import unittest

import numpy
from osgeo import gdal

import mixed_scene
from launcher import read_image, run, write_image
from mixed_scene import RATIO, SHARP_GRID, WAVELENGTHS
from refinement_scene import NOISE, hyperspectral, multispectral, psnr, truth
from super_resolution_case import THREADS, SuperResolutionTest

SETTINGS = {"epochs": 300, "method_morph_ne": 6, "method_morph_hidden": 128, "method_morph_csp": "false"}
MOST_LOSS = 0.1  # dB


class RefinementTest(SuperResolutionTest):
    """One scene, and what its sensors make of it, as files."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.real = truth()

    def setUp(self):
        self.write(hyperspectral(self.real), multispectral(self.real))

    def write(self, coarse, sharp, ratio=RATIO):
        """The images that the applications are given from now on."""
        self.inhs = write_image(self.folder / "hs.tif", coarse, WAVELENGTHS, geotransform=(500000, 10 * ratio, 0, 5800000, 0, -10 * ratio))
        self.inms = write_image(self.folder / "ms.tif", sharp, geotransform=SHARP_GRID)

    def fuse(self, name="out.tif", env=None, **parameters):
        return super().fuse(name, env=env, **{**SETTINGS, **parameters})

    def invert(self, name, inms, **parameters):
        self.log = self.succeeds("SpectralInversion", model=self.folder / "model.json", inms=inms, out=self.folder / name, radio="none", **parameters)
        return read_image(self.folder / name)


class Gain(RefinementTest):
    def test_refined_is_better(self):
        unrefined, refined = (self.fuse(refine=refine) for refine in ("false", "auto"))
        self.assertIn("refined by", self.log)
        self.assertGreater(psnr(refined, self.real), psnr(unrefined, self.real) + 2)

    def test_without_refinement_each_pixel_is_inverted_by_itself(self):
        out = self.fuse(refine="false", radio="none", model=self.folder / "model.json")
        self.assertNotIn("Score of", self.log)
        # The model alone, which has no hyperspectral image to look at.
        numpy.testing.assert_array_equal(out, self.invert("alone.tif", self.inms))

    def test_same_bits_for_any_threads_and_memory(self):
        expected = self.fuse()
        for threads, ram in ((1, 256), (2, 256), (2, 1)):
            numpy.testing.assert_array_equal(self.fuse("other.tif", env={THREADS: str(threads)}, ram=ram), expected)


class NeverWorse(RefinementTest):
    """Scenes on which refining has little to go by, or is misled: not worse than unrefined by more than MOST_LOSS."""

    def succeeds(self, application, **parameters):
        # Images that do not fit each other make warnings.
        code, log = run(application, **parameters)
        self.assertEqual(code, 0, log)
        return log

    def check(self, real, coarse, sharp, ratio=RATIO, where=slice(None), **parameters):
        """Returns by how much refining gains [dB]."""
        self.write(coarse, sharp, ratio)
        unrefined, refined = (psnr(self.fuse(refine=refine, **parameters), real, where) for refine in ("false", "auto"))
        self.assertGreater(refined, unrefined - MOST_LOSS, self.log)
        return refined - unrefined

    def test_few_coarse_pixels(self):
        # With spectra that the multispectral image does not tell, and without, where noise is all that there is to be found.
        for hidden, ratio in ((0.03, 4), (0.03, 8), (0, 4)):
            for pixels in (6, 8, 10):
                real = truth(hidden=hidden)[:, : pixels * ratio, : pixels * ratio]
                with self.subTest(hidden=hidden, ratio=ratio, pixels=pixels**2):
                    self.check(real, hyperspectral(real, ratio, 1.5 * ratio / 4), multispectral(real), ratio)

    def test_a_wrong_response(self):
        wrong = numpy.roll(mixed_scene.response(), 2, 1)  # by 40 nm
        numpy.savetxt(self.folder / "wrong.csv", wrong, delimiter=",")
        for radio in ("affine", "none"):
            with self.subTest(radio=radio):
                self.check(self.real, hyperspectral(self.real), multispectral(self.real), srf_matrix_in=self.folder / "wrong.csv", radio=radio)

    def test_misregistration(self):
        for shift in range(6):
            with self.subTest(shift=shift):
                gain = self.check(self.real, hyperspectral(self.real, shift=shift), multispectral(self.real))
                # It is found and taken into account.
                self.assertGreater(gain, 1)

    def test_a_clouded_third(self):
        third = 96 // 3
        for hidden in (0.03, 0):
            real = truth(hidden=hidden)
            cloud = real.copy()
            cloud[:, :, :third] = 0.8
            for clouded in ("hyperspectral", "multispectral"):
                with self.subTest(hidden=hidden, clouded=clouded):
                    coarse, sharp = (hyperspectral(cloud), multispectral(real)) if clouded == "hyperspectral" else (hyperspectral(real), multispectral(cloud))
                    self.check(real, coarse, sharp, where=slice(third, None))

    def test_two_seasons(self):
        # The multispectral image is of another day, when every other field of the west had grown: what is looked for are the spectra of the first day.
        later = self.real.copy()
        grown = numpy.kron(numpy.indices((8, 8)).sum(0) % 2, numpy.ones((12, 12), int)).astype(bool)
        grown[:, 48:] = False
        later[:, grown] = 0.4 * later[:, grown] + 0.6 * mixed_scene.spectra()[0][:, None]
        self.check(self.real, hyperspectral(self.real), multispectral(later))
        # The other way round; in the east nothing had grown, and what had in the west changes nothing there.
        self.check(self.real, hyperspectral(later), multispectral(self.real), where=slice(48, None))


class Tiles(RefinementTest):
    """Tiles that are computed apart, by what a run on the whole scene has found, fit together; with blocks at the same places, to the bit."""

    CORE = 512  # columns of the lattice of blocks

    def test_of_a_long_scene(self):
        real = numpy.concatenate([truth(seed=seed) for seed in range(1, 17)], 2)[:, :, : 3 * self.CORE]
        self.write(hyperspectral(real), multispectral(real))
        whole = self.fuse(model=self.folder / "model.json", outref=self.folder / "scene.json", radio="none")
        self.assertIn("refined by", self.log)
        for first, where, most in ((self.CORE, self.CORE, 0), (300, 200, NOISE)):
            # A tile sees nothing before its first column: what is near to that is not compared. Blocks that lie elsewhere differ by less than the noise.
            cut = gdal.Translate(str(self.folder / "cut.tif"), str(self.inms), srcWin=[first, 0, 3 * self.CORE - first, 96])
            cut = None
            tile = self.invert("tile.tif", self.folder / "cut.tif", inhs=self.inhs, inref=self.folder / "scene.json")
            difference = abs(tile[:, :, where:] - whole[:, :, first + where :])
            self.assertLessEqual(difference.max(), most, first)


class Innovation(RefinementTest):
    """The score of HyperspectralQuality with both images."""

    def score(self, image, **parameters):
        self.log = self.succeeds("HyperspectralQuality", **{"in": image}, inhs=self.inhs, inms=self.inms, srf="matrix", srf_matrix_in=self.matrix,
                                 outjson=self.folder / "scores.json", outcsv=self.folder / "scores.csv", **parameters)
        return json.loads((self.folder / "scores.json").read_text())

    def test_better_images_score_lower(self):
        generator = numpy.random.default_rng(9)
        values = []
        for error in (0, 0.02, 0.05):
            # An error per field, which averaging over a coarse pixel does not take away.
            field = numpy.kron(generator.normal(0, 1, (len(self.real), 8, 8)), numpy.ones((12, 12)))
            image = write_image(self.folder / "image.tif", (self.real + error * field).astype("float32"), WAVELENGTHS, geotransform=SHARP_GRID)
            values.append(self.score(image)["innovation"]["value"])
        self.assertLess(values[0], 1.5)
        self.assertGreater(values[1], 2 * values[0])
        self.assertGreater(values[2], 2 * values[1])

    def test_tells_the_blur_everywhere(self):
        image = write_image(self.folder / "image.tif", self.real.astype("float32"), WAVELENGTHS, geotransform=SHARP_GRID)
        found = self.score(image)["innovation"]
        # Gaussian and detector.
        for axis in ("columns", "rows"):
            self.assertAlmostEqual(found["blur"]["width"][axis], numpy.sqrt(1.5**2 + 15 / 12), delta=0.2)
            self.assertAlmostEqual(found["blur"]["displacement"][axis], 0, delta=0.2)
        self.assertGreater(found["standard_error"], 0)
        self.assertGreater(found["pixels"], 300)
        self.assertIn(f"at {found['pixels']} hyperspectral pixels", self.log)
        self.assertRegex(self.log, r"(?m)^innovation\.value: ")
        with open(self.folder / "scores.csv", newline="", encoding="ascii") as file:
            line = [line for line in csv.DictReader(file) if line["comparison"] == "innovation"]
        self.assertEqual(len(line), 1)
        self.assertAlmostEqual(float(line[0]["innovation"]), found["value"], delta=1e-6)
        self.assertEqual(int(line[0]["pixels"]), found["pixels"])

    def test_of_unrefined_it_is_the_score_of_the_log(self):
        values = {}
        for refine in ("false", "auto"):
            self.fuse(f"{refine}.tif", refine=refine, radio="none")
            log = self.log
            values[refine] = self.score(self.folder / f"{refine}.tif")["innovation"]["value"]
        self.assertLess(values["auto"], 0.5 * values["false"])
        logged = float(re.search(r"Score of .*?: (\S+) \+- \S+, refined", log)[1])
        self.assertAlmostEqual(values["false"], logged, delta=0.01 * logged)

    def test_it_is_that_of_the_log_in_another_projection_too(self):
        turned = self.folder / "turned.tif"
        gdal.Warp(str(turned), str(self.inhs), dstSRS="EPSG:32632", xRes=40, yRes=40, resampleAlg="cubic", dstNodata=-9999)
        self.inhs = turned
        self.fuse("plain.tif", refine="false", radio="none")
        self.fuse("refined.tif", refine="true", radio="none")
        logged = float(re.search(r"Score of .*?: (\S+) \+- \S+, refined", self.log)[1])
        # Interpolated, as refinement has it: nearest neighbours are displaced by up to half a coarse pixel.
        self.assertAlmostEqual(self.score(self.folder / "plain.tif")["innovation"]["value"], logged, delta=0.01 * logged)

    def test_what_the_mask_hides_does_not_count(self):
        good = self.score(write_image(self.folder / "image.tif", self.real.astype("float32"), WAVELENGTHS, geotransform=SHARP_GRID))["innovation"]
        poor = self.real.astype("float32")
        poor[:, 40:70, 30:90] *= 1.3
        image = write_image(self.folder / "image.tif", poor, WAVELENGTHS, geotransform=SHARP_GRID)
        mask = numpy.ones((1, 96, 96), "uint8")
        mask[:, 40:70, 30:90] = 0
        self.assertGreater(self.score(image)["innovation"]["value"], 5 * good["value"])
        found = self.score(image, mask=write_image(self.folder / "hidden.tif", mask, geotransform=SHARP_GRID))["innovation"]
        self.assertAlmostEqual(found["value"], good["value"], delta=0.1)
        self.assertLess(found["pixels"], good["pixels"])
        self.assertGreater(found["pixels"], 200)

    def test_other_grounds_have_none(self):
        self.write(hyperspectral(truth(seed=7)), multispectral(self.real))
        image = write_image(self.folder / "image.tif", self.real.astype("float32"), WAVELENGTHS, geotransform=SHARP_GRID)
        self.assertNotIn("innovation", self.score(image))
        self.assertIn("innovation: not measured. inhs and inms were not found to show the same places", self.log)


if __name__ == "__main__":
    unittest.main()
