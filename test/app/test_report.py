#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The report of HyperspectralSuperResolution and TrainSpectralInversion, read back as a tree, and endmembers as CSV."""

import base64
import csv
import re
import resource
import signal
import unittest
import xml.etree.ElementTree

import numpy
from osgeo import gdal

from launcher import read_image, run, write_image
from mixed_scene import COARSE_GRID, RATIO, SHARP_GRID, SIZE, WAVELENGTHS, coarsen, response
from super_resolution_case import QUICK, SuperResolutionTest


class Page:
    """A report. The script is cut out, which is no XML; the rest must be well-formed."""

    def __init__(self, path):
        self.html = path.read_text(encoding="utf-8")
        self.tree = xml.etree.ElementTree.fromstring(re.sub(r"<script>.*?</script>", "", self.html, flags=re.DOTALL))

    def section(self, title):
        return next((section for section in self.tree.iter("section") if section.find("h2").text == title), None)

    def titles(self):
        return [title.text for title in self.tree.iter("h2")]

    def rows(self, title):
        """The first table of a section, as texts."""
        return [["".join(cell.itertext()) for cell in row] for row in self.section(title).find(".//table").iter("tr")]

    def pictures(self, title):
        """Pictures of a section as arrays (bands, rows, columns)."""
        arrays = []
        for image in self.section(title).iter("img"):
            gdal.FileFromMemBuffer("/vsimem/picture.png", base64.b64decode(image.get("src").partition("base64,")[2]))
            arrays.append(numpy.atleast_3d(gdal.Open("/vsimem/picture.png").ReadAsArray()))
        return arrays


class ReportTest(SuperResolutionTest):
    def setUp(self):
        self.report = self.folder / "report.html"
        self.report.unlink(missing_ok=True)

    def fuse_and_read(self, name="out.tif", **parameters):
        self.result = self.fuse(name, report=self.report, **parameters)
        return self.read()

    def says(self, page, text):
        self.assertTrue(text in page.html, f"the page does not say: {text}")

    def read(self):
        self.assertEqual([path.name for path in self.folder.glob("*.part*")], [])
        page = Page(self.report)
        text = re.sub("base64,[A-Za-z0-9+/=]*", "", page.html)  # in which any word may stand by chance
        for reference in ("http:", "https:", "href", "@import", "url(", "<link", "<iframe"):
            self.assertFalse(reference in text, reference)
        self.assertTrue(all(image.get("src").startswith("data:image/png;base64,") and image.get("alt") for image in page.tree.iter("img")))
        return page


class Contents(ReportTest):
    def test_super_resolution(self):
        page = self.fuse_and_read(outab=self.folder / "ab.tif", rand=5)
        self.assertEqual(page.titles(), ["Images", "Agreement with the hyperspectral image", "Consistency", "Spectral response", "Endmembers", "Abundances", "Training", "Files", "Settings", "Time"])
        self.assertEqual([picture.shape for picture in page.pictures("Images")], [(3, SIZE, SIZE)] + 3 * [(3, SIZE * RATIO, SIZE * RATIO)])
        self.assertEqual(len(page.pictures("Abundances")), 4)

        spectra = numpy.array(page.rows("Endmembers")[1:], float)
        numpy.testing.assert_allclose(spectra[:, 0], WAVELENGTHS)
        self.assertEqual(spectra.shape, (len(WAVELENGTHS), 5))
        numpy.testing.assert_allclose(numpy.array(page.rows("Spectral response")[1:], float)[:, 1:].T, response(), rtol=1e-4, atol=1e-30)
        losses = numpy.array(page.rows("Training")[1:], float)
        self.assertEqual(losses[-1, 0], QUICK["epochs"])
        self.assertLess(losses[-1, 1], losses[0, 1])
        logged = float(re.search(r"mean absolute difference from .* to (\S+) in scaled units", self.log)[1])
        self.assertAlmostEqual(losses[-1, 1], logged, delta=1e-4 * logged)

        settings = {row[0]: row[2] for row in page.rows("Settings")}
        self.assertEqual((settings["rand"], settings["method"], settings["epochs"], settings["loss"]), ("5", "morph", "300", "l1 default"))
        self.assertFalse([key for key in settings if key.startswith(("method.lift.", "srf.sensor"))])
        files = {row[0]: row[1:] for row in page.rows("Files")}
        self.assertEqual(files["inhs"][0], str(self.inhs))
        self.assertIn("24 × 24 pixels, 30 bands", files["inhs"][1])
        self.assertEqual([row[0] for row in page.rows("Time")[1:]],
                         ["Looking for fill values in inms", "Looking for fill values in inhs", "Looking for bad bands", "Comparing the images", "Reading the hyperspectral image", "Finding endmembers (NMF)",
                          "Training the network", "Comparing results with the hyperspectral image", "Pictures and scores of this report", "Computing and writing the images", "All"])

    def test_scores_are_those_of_the_result(self):
        page = self.fuse_and_read()
        coarse, sharp = (dict(zip(page.rows("Consistency")[0], row)) for row in page.rows("Consistency")[1:3])
        for scores, reference, estimate in ((coarse, self.coarse, coarsen(self.result)), (sharp, self.sharp, numpy.tensordot(response(), self.result, 1))):
            x, y = (cube.reshape(len(cube), -1).astype(float) for cube in (reference, estimate))
            angle = numpy.degrees(numpy.arccos((x * y).sum(0) / numpy.linalg.norm(x, axis=0) / numpy.linalg.norm(y, axis=0))).mean()
            correlation = numpy.mean([numpy.corrcoef(a, b)[0, 1] for a, b in zip(x, y)])
            self.assertAlmostEqual(float(scores["RMSE"]), numpy.sqrt(((x - y) ** 2).mean()), delta=2e-3 * float(scores["RMSE"]))
            self.assertAlmostEqual(float(scores["Angle [°]"]), angle, delta=2e-3 * angle)
            self.assertAlmostEqual(float(scores["Correlation"]), correlation, delta=1e-3)
        self.assertAlmostEqual(float(coarse["ERGAS"]), 100 / RATIO * numpy.sqrt(numpy.mean(((self.coarse - coarsen(self.result)) ** 2).mean((1, 2)) / self.coarse.mean((1, 2)) ** 2)),
                               delta=1e-3 * float(coarse["ERGAS"]))
        self.assertEqual(sharp["ERGAS"], "–")

    def test_pictures_show_the_images(self):
        page = self.fuse_and_read()
        coarse, _, result, _ = page.pictures("Images")
        # The multispectral sensor has no bands for natural colours: those in the middle of its first three are shown.
        bands = numpy.rint(response() @ numpy.arange(len(WAVELENGTHS))).astype(int)[[2, 1, 0]]
        self.says(page, "Red, green and blue: " + ", ".join(f"{WAVELENGTHS[band]:.4g} nm" for band in bands))
        for picture, cube in ((coarse, self.coarse), (result, self.result)):
            # Both are stretched as the coarse one.
            low, high = numpy.percentile(self.coarse[bands], (2, 98), axis=(1, 2), method="nearest")[..., None, None]
            expected = ((cube[bands] - low) / (high - low)).clip(0, 1) * 255
            self.assertLessEqual(abs(picture - expected).max(), 1.01)

    def test_natural_colours(self):
        inms = write_image(self.folder / "three.tif", self.sharp[:3], geotransform=SHARP_GRID)
        page = self.fuse_and_read(srf="bands", srf_bands_list="475:60,560:60,665:60", srf_matrix_in=self.matrix, inms=inms, epochs=5, radio="none", refine="false")
        self.says(page, "Natural colours: 642.5 nm, 542.5 nm, 442.5 nm")

    def test_training_alone(self):
        self.train("model.json", report=self.report)
        page = self.read()
        self.assertEqual(page.titles(), ["Images", "Spectral response", "Endmembers", "Training", "Files", "Settings", "Time"])
        self.assertEqual(len(page.pictures("Images")), 1)

    def test_lift_has_no_endmembers(self):
        page = self.fuse_and_read(method="lift", epochs=30, outcsv=self.folder / "none.csv")
        self.assertEqual(page.titles(), ["Images", "Agreement with the hyperspectral image", "Consistency", "Spectral response", "Training", "Files", "Settings", "Time"])
        self.assertIn("outcsv is not written: the method lift has no endmembers", self.log)
        self.assertFalse((self.folder / "none.csv").exists())
        self.train("lift.json", method="lift", epochs=30, report=self.report)
        self.assertEqual(self.read().titles(), ["Images", "Spectral response", "Training", "Files", "Settings", "Time"])

    def test_linear_has_no_epochs(self):
        page = self.fuse_and_read(method="linear")
        self.assertEqual(page.titles(), ["Images", "Agreement with the hyperspectral image", "Consistency", "Spectral response", "Files", "Settings", "Time"])
        self.says(page, "Linear: ridge regression of the spectrum")
        self.says(page, "root mean square residual of pixels left out, in scaled units")


class Agreement(ReportTest):
    """The section on what the result foretells of the hyperspectral image, of a scene with noise, blur and displacement."""

    TITLE = "Agreement with the hyperspectral image"
    SHIFT = 1  # sharp pixels along columns

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        generator = numpy.random.default_rng(3)
        sharp = cls.truth.astype(float)
        # One material has another spectrum in the north, which no multispectral pixel tells.
        hidden = numpy.sin(numpy.linspace(0, 40, len(sharp)))
        hidden -= numpy.linalg.pinv(response()) @ (response() @ hidden)
        sharp[:, : sharp.shape[1] // 2] += 0.05 * hidden[:, None, None]
        blurred = sum(numpy.roll(sharp, (row, column), (1, 2)) for row in (-1, 0, 1) for column in (-1, 0, 1)) / 9
        coarse = coarsen(numpy.roll(blurred, -cls.SHIFT, 2))
        coarse += generator.normal(0, 0.003, coarse.shape)
        cls.real = sharp
        cls.inhs = write_image(cls.folder / "noisy.tif", coarse.astype("float32"), WAVELENGTHS, geotransform=COARSE_GRID)

    def test_of_a_refined_result(self):
        page = self.fuse_and_read()
        self.assertEqual(page.titles()[:3], ["Images", self.TITLE, "Consistency"])
        self.says(page, "Is this result any good?")
        header, row = page.rows(self.TITLE)
        before, after = (float(score.split(" ± ")[0]) for score in row[1:3])
        self.assertLess(after, 0.5 * before)
        self.assertEqual(row[4], "refined")
        # As in the log, with the digits of either.
        logged = re.search(r"Score of .*: (\S+) \+- \S+, refined by (\d+) components (\S+) \+-", self.log)
        self.assertAlmostEqual(float(logged[1]), before, delta=1e-2 * before)
        self.assertAlmostEqual(float(logged[3]), after, delta=1e-2 * after)
        self.assertEqual(row[3], logged[2])

    def test_the_blur_is_drawn_and_measured(self):
        page = self.fuse_and_read()
        (kernel,) = page.pictures(self.TITLE)
        self.assertEqual(kernel.shape[0], 3)
        self.assertLess(kernel.sum(0).min(), 255)
        tables = list(page.section(self.TITLE).iter("table"))
        width, displacement = ([float("".join(cell.itertext())) for cell in row.findall("td")] for row in list(tables[1].iter("tr"))[1:3])
        self.assertAlmostEqual(displacement[0], self.SHIFT, delta=0.2)
        self.assertAlmostEqual(displacement[1], 0, delta=0.2)
        # A detector of 4 pixels and a mean of 3: variances 15/12 and 8/12.
        numpy.testing.assert_allclose(width, numpy.sqrt(23 / 12), rtol=0.15)

    def test_consistency_through_the_blur_is_better(self):
        scores = {}
        for refine in ("true", "false"):
            page = self.fuse_and_read(refine=refine)
            scores[refine] = {row[0]: float(row[3]) for row in page.rows("Consistency")[1:]}
        through = scores["true"]["Hyperspectral image, through the blur found"]
        self.assertLess(through, 0.5 * scores["true"]["Hyperspectral image"])
        self.assertLess(scores["true"]["Hyperspectral image"], scores["false"]["Hyperspectral image"])
        # What is left is noise, which refining follows in part.
        self.assertLess(through, 0.0035)

    def test_absent_where_nothing_is_refined_or_scored(self):
        page = self.fuse_and_read(refine="false")
        self.assertNotIn(self.TITLE, page.titles())
        self.assertEqual(len(page.rows("Consistency")), 3)
        self.train("model.json", report=self.report)
        self.assertNotIn(self.TITLE, self.read().titles())

    def test_of_several_methods(self):
        page = self.fuse_and_read(method="auto", epochs=100)
        rows = page.rows(self.TITLE)[1:]
        self.assertGreaterEqual(len(rows), 3)
        self.assertIn("refined", [row[4] for row in rows])
        self.assertLessEqual({row[4] for row in rows}, {"refined", "as it is", "left out"})


class AnyImages(ReportTest):
    def test_without_georeferencing_and_wavelengths(self):
        inhs = write_image(self.folder / "plain_coarse.tif", self.coarse, geotransform=None, epsg=None)
        inms = write_image(self.folder / "plain_sharp.tif", self.sharp, geotransform=None, epsg=None)
        page = self.fuse_and_read(inhs=inhs, inms=inms, epochs=30)
        self.assertEqual([row[0] for row in page.rows("Endmembers")], ["band"] + [str(band + 1) for band in range(len(WAVELENGTHS))])
        self.assertEqual(len(page.rows("Consistency")), 4)
        self.says(page, "576 hyperspectral pixels")
        self.says(page, "Red, green and blue: band 3, band 2, band 1")

    def test_of_a_prior(self):
        page = self.fuse_and_read(method_morph_csp="true", epochs=30)
        self.says(page, "576 hyperspectral pixels")

    def test_one_band(self):
        matrix = self.folder / "one.csv"
        numpy.savetxt(matrix, response(1), delimiter=",")
        inms = write_image(self.folder / "one.tif", self.sharp[:1], geotransform=SHARP_GRID)
        page = self.fuse_and_read(srf_matrix_in=matrix, inms=inms, epochs=30)
        self.assertEqual([picture.shape[0] for picture in page.pictures("Images")], [3, SIZE * RATIO, 3, 3])
        # One band has no spectral angle but 0 and 180 degrees.
        self.assertEqual(len(page.rows("Consistency")), 4)

    def test_invalid_pixels_are_transparent_and_do_not_count(self):
        coarse, sharp = self.coarse.copy(), self.sharp.copy()
        coarse[:, 3, 4] = -1
        sharp[:, 80, 81] = -1
        sharp[1, 82, 83] = numpy.nan
        inhs = write_image(self.folder / "holes_coarse.tif", coarse, WAVELENGTHS, geotransform=COARSE_GRID, nodata=-1)
        inms = write_image(self.folder / "holes_sharp.tif", sharp, geotransform=SHARP_GRID, nodata=-1)
        page = self.fuse_and_read(inhs=inhs, inms=inms, epochs=30, outab=self.folder / "ab.tif")
        for picture, pixels in zip(page.pictures("Images"), ([(3, 4)], [(80, 81), (82, 83)], [(80, 81), (82, 83)])):
            self.assertEqual(list(zip(*numpy.nonzero(picture[3] == 0))), pixels)
        self.assertEqual((page.pictures("Abundances")[0][1] == 0).sum(), 2)
        # The coarse hole, and the one coarse pixel that both sharp ones lie in.
        self.says(page, f"{SIZE * SIZE - 2} hyperspectral pixels")
        self.says(page, f"{SIZE * SIZE * RATIO * RATIO - 2} pixels")

    def test_integer_output(self):
        inhs = write_image(self.folder / "coarse_400.tif", self.coarse * 400, WAVELENGTHS, geotransform=COARSE_GRID)
        inms = write_image(self.folder / "sharp_400.tif", self.sharp * 400, geotransform=SHARP_GRID)
        self.fuse_and_read("typed.tif int16", inhs=inhs, inms=inms, epochs=30)

    def test_other_grids_are_not_compared(self):
        for grid, epsg, reason in (((500000, 25, 0, 5800000, 0, -25), 32633, "a hyperspectral pixel is 2.5 × 2.5 multispectral ones"),
                                   ((900000, 40, 0, 5800000, 0, -40), 32633, "the images do not overlap"),
                                   (COARSE_GRID, 32634, "the two images have different projections")):
            inhs = write_image(self.folder / "other.tif", self.coarse, WAVELENGTHS, geotransform=grid, epsg=epsg)
            page = self.fuse_and_read(inhs=inhs, epochs=5, radio="none")
            self.says(page, "Not measured: " + reason)
            self.assertEqual(page.rows("Consistency")[1][1:], ["–"] * 4)
            self.assertNotEqual(page.rows("Consistency")[2][1], "–")

    def test_hostile_names(self):
        # Band names of the response come from its file, paths from anywhere.
        curves = self.folder / "<b>&\"curves'.csv"
        names = ["<script>alert(1)</script>", "a&b", "]]>", "h\u00f6her"]
        with open(curves, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["wavelength"] + names)
            writer.writerows(numpy.column_stack([WAVELENGTHS, response().T]).tolist())
        page = self.fuse_and_read(srf="file", srf_matrix_in=self.matrix, srf_file_in=curves, epochs=5)
        self.assertEqual(page.rows("Spectral response")[0][1:], names)
        self.assertEqual({row[0]: row[1] for row in page.rows("Files")}["srf.file.in"], str(curves))
        self.assertEqual(page.html.count("<script"), 1)

    def test_large_images_are_shown_small(self):
        size = 1200
        inms = write_image(self.folder / "large.tif", numpy.tile(self.sharp, (1, size // len(self.sharp[0]) + 1, size // len(self.sharp[0]) + 1))[:, :size, :size],
                           geotransform=SHARP_GRID)
        page = self.fuse_and_read(inms=inms, epochs=5, outab=self.folder / "ab.tif")
        self.assertEqual([picture.shape[1:] for picture in page.pictures("Images")[1:]], [(400, 400)] * 3)
        self.assertEqual(page.pictures("Abundances")[0].shape[:2], (200, 200))
        self.says(page, "one pixel of 3 × 3: 160000 pixels")
        self.assertLess(self.report.stat().st_size, 3 << 20)


class Failures(ReportTest):
    def fails(self, expected, **parameters):
        before = set(self.folder.iterdir())
        code, log = run("HyperspectralSuperResolution", **{"inhs": self.inhs, "inms": self.inms, "srf": "matrix", "srf_matrix_in": self.matrix, "out": self.folder / "failed.tif",
                                                           **QUICK, **parameters})
        self.assertNotEqual(code, 0)
        self.assertIn(expected, log)
        self.assertNotIn("Training the network", log)
        self.assertEqual(set(self.folder.iterdir()) - before, set())

    def test_refused_before_the_work(self):
        self.fails("Directory doesn't exist", report=self.folder / "none" / "report.html")
        self.fails("report: found the file of inhs", report=self.inhs)
        self.fails("report: found the file of outcsv, expected a file of its own", report=self.report, outcsv=self.report)
        (self.folder / "taken").mkdir(exist_ok=True)
        for key in ("report", "outcsv"):
            self.fails(f"{key}: found {self.folder / 'taken'}, expected a file that can be written", **{key: self.folder / "taken"})

    def test_a_full_disk_leaves_nothing(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

        before = set(self.folder.iterdir())
        code, log = run("TrainSpectralInversion", preexec_fn=limit, inhs=self.inhs, srf="matrix", srf_matrix_in=self.matrix, epochs=5, method_morph_ne=2, method_morph_hidden=2,
                        out=self.folder / "small.json", report=self.report)
        self.assertNotEqual(code, 0)
        self.assertRegex(log, r"report: .*report\.html")
        self.assertEqual(set(self.folder.iterdir()) - before, set())


class Endmembers(ReportTest):
    def test_as_csv(self):
        self.fuse(outem=self.folder / "em.tif", outcsv=self.folder / "em.csv")
        self.train("model.json", outcsv=self.folder / "train.csv")
        self.succeeds("NMFEndmemberExtraction", **{"in": self.inhs}, ne=3, outendm=self.folder / "nmf.tif", outcsv=self.folder / "nmf.csv")
        for image, table in (("em.tif", "em.csv"), ("em.tif", "train.csv"), ("nmf.tif", "nmf.csv")):
            spectra = read_image(self.folder / image)[:, 0]
            with open(self.folder / table, newline="", encoding="ascii") as file:
                header, *rows = list(csv.reader(file))
            self.assertEqual(header, ["wavelength_nm"] + [f"endmember_{k + 1}" for k in range(spectra.shape[1])])
            rows = numpy.array(rows, float)
            numpy.testing.assert_array_equal(rows[:, 0], WAVELENGTHS)
            numpy.testing.assert_array_equal(rows[:, 1:].astype("float32"), spectra)


if __name__ == "__main__":
    unittest.main()
