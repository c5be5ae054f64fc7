#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a run finds of whole images serves runs that make a part of the output: the same bits, without looking at all of them again."""

import json
import unittest

import numpy

from launcher import read_image, run, write_image
from mixed_scene import RATIO, SHARP_GRID, WAVELENGTHS, WIDTHS
from super_resolution_case import SuperResolutionTest

BOX = (13, 5, 31, 22)  # column, row, columns, rows


class SceneStatistics(SuperResolutionTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Fill values that nobody has declared, and a constant band, outside of the box.
        filled = cls.sharp.copy()
        filled[:, 60:70, 60:70] = -9999
        cls.inms = write_image(cls.folder / "filled.tif", 1.2 * filled + 0.03, geotransform=SHARP_GRID)
        truth = cls.truth.copy()
        truth[7] = 0.25
        truth[:, 80, 80:] = 65535
        cls.image = write_image(cls.folder / "truth.tif", truth, WAVELENGTHS, WIDTHS, SHARP_GRID)
        case = cls("setUp")
        cls.model = case.train("morph.json", epochs=20)
        cls.abundances = write_image(cls.folder / "ab.tif", numpy.random.default_rng(1).random((4, 96, 96)).astype("float32"), geotransform=SHARP_GRID)
        cls.endmembers = write_image(cls.folder / "em.tif", numpy.random.default_rng(2).random((9, 1, 4)).astype("float32"))
        response = {"srf": "bands", "srf_bands_list": "490:65,560:35,665:30"}
        cls.runs = {
            "SpectralInversion": {"inms": cls.inms, "inhs": cls.inhs, "model": cls.model},
            "SpectralResponseDegradation": {"in": cls.image, **response, "snr": 30},
            "SpatialDegradation": {"in": cls.image, "ratio": 2, "snr": 30},
            "LinearMixingSynthesis": {"in": cls.abundances, "ie": cls.endmembers},
        }

    def run_quietly(self, application, **parameters):
        code, log = run(application, **parameters)
        self.assertEqual(code, 0, log)
        return log

    def test_parts_are_those_of_the_whole(self):
        left, top, width, height = BOX
        for application, parameters in self.runs.items():
            with self.subTest(application):
                log = self.run_quietly(application, **parameters, out=self.folder / "whole.tif")
                self.assertIn("Looking for fill values", log)
                # One pixel is enough to find all.
                self.run_quietly(application, **parameters, out=f"{self.folder / 'pixel.tif'}?&box=0:0:1:1", outscene=self.folder / "scene.json")
                whole = read_image(self.folder / "whole.tif")
                known = json.loads((self.folder / "scene.json").read_text())
                self.assertEqual([known["output"][key] for key in ("columns", "rows")], [whole.shape[2], whole.shape[1]])
                log = self.run_quietly(application, **parameters, out=f"{self.folder / 'part.tif'}?&box={':'.join(map(str, BOX))}", inscene=self.folder / "scene.json")
                numpy.testing.assert_array_equal(read_image(self.folder / "part.tif"), whole[:, top : top + height, left : left + width])
                self.assertNotRegex(log, "Looking for|Measuring the bands")

    def test_blocks_are_those_of_the_refinement(self):
        for refine in ("true", "false"):
            self.run_quietly("SpectralInversion", **self.runs["SpectralInversion"], refine=refine, out=self.folder / "out.tif", outscene=self.folder / "scene.json")
            output = json.loads((self.folder / "scene.json").read_text())["output"]
            for size in (output["block_columns"], output["block_rows"]):
                # Whole coarse pixels.
                self.assertTrue(size > 96 and size % RATIO == 0 if refine == "true" else size == 1, output)

    def test_of_the_images_nothing_is_compared_again(self):
        parameters = self.runs["SpectralInversion"]
        log = self.run_quietly("SpectralInversion", **parameters, out=self.folder / "whole.tif", outref=self.folder / "ref.json")
        self.assertIn("Radiometry: gain", log)
        self.assertIn("Score of", log)
        known = json.loads((self.folder / "ref.json").read_text())
        self.assertEqual(len(known["radiometry"]["gains"]), 4)
        log = self.run_quietly("SpectralInversion", **parameters, out=self.folder / "again.tif", inref=self.folder / "ref.json")
        numpy.testing.assert_array_equal(read_image(self.folder / "again.tif"), read_image(self.folder / "whole.tif"))
        self.assertNotRegex(log, "Score of|Comparing the images")
        self.assertIn("from inref", log)
        # What is unrefined there stays so.
        self.run_quietly("SpectralInversion", **parameters, refine="false", out=self.folder / "whole.tif", outref=self.folder / "ref.json")
        log = self.run_quietly("SpectralInversion", **parameters, out=self.folder / "again.tif", inref=self.folder / "ref.json")
        self.assertIn("Refinement: none, as inref says", log)
        numpy.testing.assert_array_equal(read_image(self.folder / "again.tif"), read_image(self.folder / "whole.tif"))

    def test_what_is_of_other_images_is_refused(self):
        self.run_quietly("SpectralInversion", **self.runs["SpectralInversion"], out=self.folder / "out.tif", outscene=self.folder / "scene.json", outref=self.folder / "ref.json")
        scene, ref = self.folder / "scene.json", self.folder / "ref.json"
        small = write_image(self.folder / "small.tif", self.sharp[:, :40], geotransform=SHARP_GRID)
        sharp = self.runs["SpectralInversion"]
        response = self.runs["SpectralResponseDegradation"]
        other = json.loads(ref.read_text())
        other["refinements"] = [{**part, "spectral_response": {**part["spectral_response"], "matrix": part["spectral_response"]["matrix"][::-1]}} for part in other["refinements"]]
        (self.folder / "other.json").write_text(json.dumps(other))
        for application, parameters, reason in (
            ("SpectralInversion", {**sharp, "inms": small, "inscene": scene}, "inscene: found an image of 96 x 96 pixels and 4 bands, expected one of 96 x 40 pixels and 4 bands as inms"),
            ("SpectralResponseDegradation", {**response, "inscene": scene}, "inscene: found nothing of in, expected a file that was written by a run with in"),
            ("SpectralInversion", {**sharp, "inscene": ref}, "it is not a file of scene statistics"),
            ("SpectralInversion", {**sharp, "inscene": "absent.json"}, "inscene: absent.json cannot be opened"),
            ("SpectralInversion", {**sharp, "inref": ref, "radio": "none"}, "radio: found none, expected affine, since inref has gains and offsets"),
            ("SpectralInversion", {**sharp, "inref": self.folder / "other.json"}, "inref: found a refinement of another spectral response, expected that of the model"),
        ):
            code, log = run(application, **parameters, out=self.folder / "none.tif")
            self.assertNotEqual(code, 0, log)
            self.assertIn(reason, log)
            self.assertFalse((self.folder / "none.tif").exists())
        # Of a run without noise the power of the bands is not known.
        self.run_quietly("SpatialDegradation", **{"in": self.image}, ratio=2, out=self.folder / "out.tif", outscene=scene)
        code, log = run("SpatialDegradation", **{"in": self.image}, ratio=2, snr=30, out=self.folder / "none.tif", inscene=scene)
        self.assertNotEqual(code, 0)
        self.assertIn("inscene: found mean squares of 0 bands, expected 30 as the output has", log)


if __name__ == "__main__":
    unittest.main()
