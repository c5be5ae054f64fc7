#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The errors that are expected of a result: of the size and in the places that the truth shows, on the result's grid, the same again, refused where there is nothing to find them by."""

import csv
import json
import unittest

import numpy
from osgeo import gdal

from launcher import read_image, run, write_image
from mixed_scene import BANDS, SHARP_GRID, WAVELENGTHS, root_mean_square
from refinement_scene import hyperspectral, multispectral, truth
from super_resolution_case import THREADS, SuperResolutionTest

SETTINGS = {"epochs": 300, "method_morph_ne": 6, "method_morph_hidden": 128, "method_morph_csp": "false"}


def ranks(values):
    return numpy.argsort(numpy.argsort(values.ravel())).astype(float)


class UncertaintyTest(SuperResolutionTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.real = truth()
        cls.inhs = write_image(cls.folder / "hs.tif", hyperspectral(cls.real), WAVELENGTHS, geotransform=(500000, 40, 0, 5800000, 0, -40))
        cls.inms = write_image(cls.folder / "ms.tif", multispectral(cls.real), geotransform=SHARP_GRID)

    def fuse(self, name="out.tif", env=None, **parameters):
        return super().fuse(name, env=env, **{**SETTINGS, "outunc": self.folder / "unc.tif", **parameters})

    def expected(self, name="unc.tif"):
        return read_image(self.folder / name)

    def errors(self, out):
        return numpy.sqrt(((out - self.real) ** 2).mean(0))


class RightAboutItself(UncertaintyTest):
    def test_size_and_places(self):
        # The scene's errors are the hidden spectra of fields. Refinement finds nearly all of them, since fields are as large as coarse pixels and have edges, which
        # no statistics of innovations foretell: more is expected.
        for refine, most in (("auto", 5), ("false", 2)):
            with self.subTest(refine=refine):
                errors = self.errors(self.fuse(refine=refine))
                expected = self.expected()
                self.assertEqual(expected.shape, (1, 96, 96))
                ratio = root_mean_square(expected) / root_mean_square(errors)
                self.assertGreater(ratio, 0.5)
                self.assertLess(ratio, most)
                self.assertIn("of the pixels are outside of what training saw", self.log)

    def test_unseen_pixels_are_told(self):
        # A roof of a colour that the coarse image has nowhere.
        sharp = multispectral(self.real)
        sharp[:, 40:43, 50:53] = 3 * sharp.max((1, 2), keepdims=True)
        inms = write_image(self.folder / "roof.tif", sharp, geotransform=SHARP_GRID)
        self.fuse(inms=inms, outdist=self.folder / "dist.tif")
        distance, expected = self.expected("dist.tif")[0], self.expected()[0]
        self.assertGreater(distance[40:43, 50:53].min(), 3)
        self.assertLess(numpy.median(distance), 1.5)
        self.assertGreater(expected[41, 51], 1.5 * numpy.median(expected))

    def test_unit_is_that_of_the_result(self):
        self.fuse()
        one = self.expected()
        files = {key: write_image(self.folder / f"{key}10000.tif", (10000 * read_image(getattr(self, key))).astype("float32"), wavelengths, geotransform=grid)
                 for key, wavelengths, grid in (("inhs", WAVELENGTHS, (500000, 40, 0, 5800000, 0, -40)), ("inms", None, SHARP_GRID))}
        self.fuse(**files)
        self.assertLess(abs(root_mean_square(self.expected()) / root_mean_square(one) / 10000 - 1), 0.1)


class Output(UncertaintyTest):
    def test_no_data_where_the_result_has_none(self):
        sharp = multispectral(self.real)
        sharp[:, 10:20, 30:50] = numpy.nan
        mask = numpy.ones((1, 96, 96), "uint8")
        mask[:, 60:70] = 0
        inms = write_image(self.folder / "gaps.tif", sharp, geotransform=SHARP_GRID)
        out = self.fuse(inms=inms, mask=write_image(self.folder / "mask.tif", mask, geotransform=SHARP_GRID), nodata=-5)
        numpy.testing.assert_array_equal(self.expected()[0] == -5, out[0] == -5)
        self.assertEqual((self.expected() == -5).sum(), 10 * 20 + 10 * 96)
        image = gdal.Open(str(self.folder / "unc.tif"))
        self.assertEqual(image.GetRasterBand(1).GetNoDataValue(), -5)
        self.assertEqual(image.GetGeoTransform(), SHARP_GRID)

    def test_each_band(self):
        self.fuse()
        one = self.expected()
        self.fuse(outunc=self.folder / "bands.tif", outuncbands="true")
        bands = self.expected("bands.tif")
        self.assertEqual(bands.shape, (BANDS, 96, 96))
        numpy.testing.assert_allclose(numpy.sqrt((bands.astype(float) ** 2).mean(0)), one[0], rtol=1e-5)
        of_errors, of_spectra = (gdal.Open(str(self.folder / name)) for name in ("bands.tif", "out.tif"))
        wavelength = of_errors.GetRasterBand(1).GetMetadataItem("wavelength")
        self.assertIsNotNone(wavelength)
        self.assertEqual(wavelength, of_spectra.GetRasterBand(1).GetMetadataItem("wavelength"))

    def test_integers_become_floats(self):
        self.fuse(outunc=f"{self.folder}/unc.tif int16")
        self.assertIn("outunc is written as float", self.log)
        self.assertEqual(self.expected().dtype, numpy.float32)

    def test_the_result_is_the_same_with_and_without(self):
        numpy.testing.assert_array_equal(self.fuse("with.tif"), super().fuse("without.tif", **SETTINGS))

    def test_same_bits_for_any_threads_and_memory(self):
        self.fuse()
        expected = self.expected()
        for threads, ram in ((1, 256), (2, 1)):
            self.fuse(env={THREADS: str(threads)}, ram=ram, outunc=self.folder / "other.tif")
            numpy.testing.assert_array_equal(self.expected("other.tif"), expected)

    def test_styles(self):
        self.fuse(style="true", outdist=self.folder / "dist.tif")
        for name in ("unc", "dist"):
            self.assertIn("singlebandpseudocolor", (self.folder / f"{name}.qml").read_text())

    def test_report_shows_the_map(self):
        self.fuse(report=self.folder / "report.html")
        page = (self.folder / "report.html").read_text()
        self.assertIn("<strong>Expected error</strong>", page)
        self.assertIn("of the pixels are outside of what training saw", page)
        self.assertIn("linear-gradient", page)

    def test_of_the_mean_of_several_methods(self):
        for name, parameters in (("auto", {}), ("prior", {"method": "morph", "method_morph_csp": "true"})):
            with self.subTest(name):
                errors = self.errors(self.fuse(**{"method": "auto", "epochs": 100, **parameters}))
                ratio = root_mean_square(self.expected()) / root_mean_square(errors)
                self.assertGreater(ratio, 0.5)
                self.assertLess(ratio, 5)


class OfAModel(UncertaintyTest):
    """SpectralInversion, with what a run on the whole scene has found and without."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls()
        case.fuse(model=cls.folder / "model.json", outref=cls.folder / "ref.json", radio="none")
        cls.known = read_image(cls.folder / "unc.tif")

    def runTest(self):
        pass

    def invert(self, **parameters):
        return run("SpectralInversion", inms=self.inms, model=self.folder / "model.json", out=self.folder / "one.tif", outunc=self.folder / "one_unc.tif", radio="none", **parameters)

    def test_found_anew(self):
        code, log = self.invert(inhs=self.inhs)
        self.assertEqual(code, 0, log)
        numpy.testing.assert_array_equal(self.expected("one_unc.tif"), self.known)

    def test_known_from_the_scene(self):
        code, log = self.invert(inhs=self.inhs, inref=self.folder / "ref.json")
        self.assertEqual(code, 0, log)
        numpy.testing.assert_array_equal(self.expected("one_unc.tif"), self.known)

    def refuses(self, reason, **parameters):
        (self.folder / "one_unc.tif").unlink(missing_ok=True)
        code, log = self.invert(**parameters)
        self.assertNotEqual(code, 0, log)
        self.assertIn(reason, log)
        self.assertFalse((self.folder / "one_unc.tif").exists())

    def test_nothing_to_find_it_by(self):
        self.refuses("outunc: found nothing to find errors by, expected inhs of the same ground as inms")
        self.refuses("outunc: found nothing to find errors by", refine="false")

    def test_a_refinement_that_does_not_say(self):
        known = json.loads((self.folder / "ref.json").read_text())
        del known["uncertainty"]
        (self.folder / "old.json").write_text(json.dumps(known))
        self.refuses("inref: found a refinement without the errors to expect", inhs=self.inhs, inref=self.folder / "old.json")
        self.refuses("refine: found false, expected auto or true", inhs=self.inhs, inref=self.folder / "ref.json", refine="false")

    def test_a_refinement_that_is_damaged(self):
        for key, value in (("scale", -1), ("bands", [1.0]), ("examples", []), ("typical", [1, 2])):
            with self.subTest(key):
                known = json.loads((self.folder / "ref.json").read_text())
                known["uncertainty"][key] = value
                (self.folder / "damaged.json").write_text(json.dumps(known))
                self.refuses("inref: ", inhs=self.inhs, inref=self.folder / "damaged.json")


class Calibration(UncertaintyTest):
    def test_against_the_truth(self):
        errors = self.errors(self.fuse())
        expected = self.expected()[0]
        write_image(self.folder / "truth.tif", self.real.astype("float32"), WAVELENGTHS, geotransform=SHARP_GRID)
        log = self.succeeds("HyperspectralQuality", **{"in": self.folder / "out.tif", "ref": self.folder / "truth.tif", "inunc": self.folder / "unc.tif",
                                                       "outjson": self.folder / "q.json", "outcsv": self.folder / "q.csv"})
        found = json.loads((self.folder / "q.json").read_text())["uncertainty"]
        self.assertEqual(found["pixels"], 96 * 96)
        self.assertAlmostEqual(found["predicted"] / root_mean_square(expected), 1, 4)
        self.assertAlmostEqual(found["found"] / root_mean_square(errors), 1, 4)
        self.assertAlmostEqual(found["ratio"], found["predicted"] / found["found"], 6)
        self.assertAlmostEqual(found["spearman"], numpy.corrcoef(ranks(expected), ranks(errors))[0, 1], 2)
        self.assertEqual(len(found["classes"]), 10)
        self.assertEqual(sum(one["pixels"] for one in found["classes"]), 96 * 96)
        order = numpy.argsort(expected.ravel(), kind="stable")
        first = order[: found["classes"][0]["pixels"]]
        self.assertAlmostEqual(found["classes"][0]["found"] / root_mean_square(errors.ravel()[first]), 1, 1)
        with open(self.folder / "q.csv") as file:
            rows = [row for row in csv.DictReader(file) if row["comparison"] == "uncertainty"]
        self.assertEqual([row["band"] for row in rows], ["all"] + [str(number) for number in range(1, 11)])
        self.assertAlmostEqual(float(rows[1]["predicted_rmse"]), found["classes"][0]["predicted"], 8)
        self.assertAlmostEqual(float(rows[1]["found_rmse"]), found["classes"][0]["found"], 8)
        self.assertRegex(log, r"class +pixels +predicted +found +ratio")

    def test_needs_a_reference_of_its_size(self):
        self.fuse()
        images = {"in": self.folder / "out.tif", "inunc": self.folder / "unc.tif"}
        code, log = run("HyperspectralQuality", **images, inhs=self.inhs)
        self.assertNotEqual(code, 0)
        self.assertIn("ref: found no image, expected the truth, since inunc is given", log)
        code, log = run("HyperspectralQuality", **{**images, "inunc": self.inms}, ref=self.folder / "out.tif")
        self.assertNotEqual(code, 0)
        self.assertIn("inunc: found 4 bands, expected 1, or", log)


if __name__ == "__main__":
    unittest.main()
