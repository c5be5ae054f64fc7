#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every application through the OTB provider of a real QGIS, from the installed module, with parameters as QGIS passes them.

usage: test_qgis.py BUILD-FOLDER

Where QGIS (3.36 and later) comes without the provider, its folder is looked for below QGIS_PLUGINPATH and among the user's plugins; without one the test is
skipped, with status 77.

The provider leaves out zero and false, passes the keys of choices, quotes images but not other input files, and ends well whatever OTB says: logs and outputs
are looked at.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.dom.minidom

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "app"))

import numpy  # noqa: E402
from osgeo import gdal  # noqa: E402

import mixed_scene  # noqa: E402
from launcher import read_image, write_image  # noqa: E402
from mixed_scene import BANDS, COARSE_GRID, RATIO, SHARP_GRID, SIZE, WAVELENGTHS, WIDTHS, root_mean_square  # noqa: E402
from provider import APPLICATIONS, PROVIDERS, Qgis, find_provider, install  # noqa: E402

SHARP = SIZE * RATIO
# Of QGIS's list of pixel types.
INT16, FLOAT = 2, 5


class InQgis(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._folder.cleanup)
        folder = pathlib.Path(cls._folder.name)
        cls.prefix = folder / "prefix"
        cls.settings = install(BUILD, cls.prefix)
        cls.qgis = Qgis(folder / "qgis", *cls.settings)
        # Images and outputs may have a space in their path; input files that are no images may not, for the provider does not quote them.
        cls.images = folder / "with a space"
        cls.files = folder / "files"
        cls.images.mkdir()
        cls.files.mkdir()
        cls.truth, coarse, sharp = mixed_scene.scene()
        cls.nearest = root_mean_square(numpy.kron(coarse, numpy.ones((1, RATIO, RATIO))) - cls.truth)
        # Reflectance times 10000, as products come.
        cls.truth_file = write_image(cls.images / "truth.tif", cls.truth * 10000, WAVELENGTHS, WIDTHS, SHARP_GRID)
        cls.inhs = write_image(cls.images / "coarse.tif", coarse * 10000, WAVELENGTHS, WIDTHS, COARSE_GRID)
        cls.inms = write_image(cls.images / "sharp.tif", sharp * 10000, geotransform=SHARP_GRID)
        cls.matrix = cls.files / "matrix.csv"
        numpy.savetxt(cls.matrix, mixed_scene.response(), delimiter=",")

    def succeeds(self, application, images, **parameters):
        """Runs it, with dots in keys written as underscores; each of `images` must come out with that shape. Returns the log and the images."""
        parameters = {key.replace("_", "."): value for key, value in parameters.items()}
        log = self.qgis.run(application, parameters)
        self.assertIn("Results\n", log, log)
        # What the provider would show in red.
        self.assertNotRegex(log, r"ERROR|FATAL|WARNING(?!\): Streaming configuration)|Segmentation fault|Traceback")
        self.assertIn("(INFO)", log, log)
        found = {}
        for key, shape in images.items():
            found[key] = read_image(parameters[key])
            self.assertEqual(found[key].shape, shape, key)
            self.assertTrue(numpy.isfinite(found[key]).all() and found[key].std() > 0, key)
        return log, found

    def test_toolbox_has_every_application(self):
        listed = self.qgis.process("list")
        for application in APPLICATIONS + ("DynamicConvert", "Superimpose"):
            self.assertIn(f"otb:{application}\t", listed)

    def test_super_resolution(self):
        # All that the dialog has a widget for, with all outputs ticked; the style is of the image in the dialog's colours.
        log, found = self.succeeds(
            "HyperspectralSuperResolution",
            {"out": (BANDS, SHARP, SHARP), "outab": (4, SHARP, SHARP), "outem": (BANDS, 1, 4)},
            inhs=self.inhs, inms=self.inms, srf="matrix", srf_matrix_in=self.matrix, method="morph", method_morph_ne=4,
            method_morph_hidden=128, method_morph_csp="auto", refine="auto", epochs=300, lr_end=1e-06, batch=0, samples=0, scaling="auto",
            rand=0, nodata=0, style="true", outputpixeltype=INT16,
            out=self.images / "fused.tif", outab=self.images / "ab.tif", outem=self.images / "em.tif", model=self.files / "model.json",
        )  # fmt: skip
        self.assertLess(root_mean_square(found["out"] / 10000 - self.truth), 0.5 * self.nearest)
        self.assertIn("Training the network", log)
        out = gdal.Open(str(self.images / "fused.tif"))
        self.assertEqual((out.GetRasterBand(1).DataType, out.GetGeoTransform()), (gdal.GDT_Int16, SHARP_GRID))
        # One pixel type is asked for all images; fractions would not survive it.
        abundances = gdal.Open(str(self.images / "ab.tif"))
        self.assertEqual(abundances.GetRasterBand(1).DataType, gdal.GDT_Float32)
        self.check_style(self.images / "fused.tif", found["out"])

        # The model serves the next application.
        log, found = self.succeeds(
            "SpectralInversion", {"out": (BANDS, SHARP, SHARP), "outab": (4, SHARP, SHARP)},
            inms=self.inms, inhs=self.inhs, model=self.files / "model.json", nodata=0, outputpixeltype=FLOAT, out=self.images / "refined.tif", outab=self.images / "ab2.tif",
        )  # fmt: skip
        self.assertLess(abs(found["out"] - read_image(self.images / "fused.tif")).max(), 0.51)
        log, found = self.succeeds(
            "SpectralInversion", {"out": (BANDS, SHARP, SHARP), "outab": (4, SHARP, SHARP)},
            inms=self.inms, model=self.files / "model.json", nodata=0, outputpixeltype=FLOAT, out=self.images / "again.tif", outab=self.images / "ab2.tif",
        )  # fmt: skip

        # Endmembers and abundances mix to the same image.
        _, mixed = self.succeeds(
            "LinearMixingSynthesis", {"out": (BANDS, SHARP, SHARP)},
            **{"in": self.images / "ab2.tif"}, ie=self.images / "em.tif", offset=self.offset(), out=self.images / "mixed.tif",
        )  # fmt: skip
        self.assertLess(abs(mixed["out"] - found["out"]).max(), 20)

        # All four outputs, and the results in the log.
        log, _ = self.succeeds(
            "HyperspectralQuality", {"outsam": (1, SHARP, SHARP), "outerr": (1, SHARP, SHARP)},
            **{"in": self.images / "again.tif"}, ref=self.truth_file, peak=0, clip="true", quantize="false", ratio=4, nodata=0, psf="gaussian", srf="file",
            outsam=self.images / "sam.tif", outerr=self.images / "err.tif", outjson=self.images / "scores.json", outcsv=self.images / "scores.csv",
        )  # fmt: skip
        self.assertRegex(log, r"reference psnr: \d+")
        json.loads((self.images / "scores.json").read_text())
        self.assertTrue((self.images / "scores.csv").read_text())

    def offset(self):
        return json.loads((self.files / "model.json").read_text())["scaling"]["offset"]

    def check_style(self, path, pixels):
        """What QGIS itself makes of the image."""
        script = (
            "import os, sys\nfrom qgis.core import QgsApplication, QgsRasterLayer\nQgsApplication.setPrefixPath('/usr', True)\n"
            "application = QgsApplication([], False)\napplication.initQgis()\nlayer = QgsRasterLayer(sys.argv[1], 'layer')\nr = layer.renderer()\n"
            "e = r.redContrastEnhancement()\nprint('FOUND', *r.usesBands(), e.minimumValue(), e.maximumValue(), flush=True)\nos._exit(0)\n"
        )
        log = subprocess.run(["/usr/bin/python3", "-c", script, path], stdout=subprocess.PIPE, text=True, check=True, env=self.qgis.environment).stdout
        *bands, low, high = [float(word) for word in log.split("FOUND")[1].split()]
        self.assertEqual(bands, [1 + numpy.argmin(abs(WAVELENGTHS - wavelength)) for wavelength in (650, 550, 450)])
        red = pixels[int(bands[0]) - 1]
        numpy.testing.assert_allclose((low, high), numpy.percentile(red, (2, 98)), atol=0.03 * numpy.ptp(red))

    def test_lift_without_what_it_does_not_have(self):
        # Asked for all the same: no error, and no file that is none.
        log, _ = self.succeeds(
            "TrainSpectralInversion", {}, inhs=self.inhs, srf="matrix", srf_matrix_in=self.matrix, method="lift", method_lift_last="true", epochs=20, rand=3,
            out=self.files / "lift.json", outem=self.images / "none.tif",
        )  # fmt: skip
        self.assertIn("outem is not written", log)
        self.assertFalse((self.images / "none.tif").exists())
        self.assertEqual(json.loads((self.files / "lift.json").read_text())["method"], "lift")

    def test_simulation(self):
        _, found = self.succeeds(
            "SpatialDegradation", {"out": (BANDS, SIZE, SIZE)}, **{"in": self.truth_file}, psf="gaussian", sigma=1.7, radius=5, border="zero", ratio=4, snr=0,
            rand=0, nodata=0, outputpixeltype=FLOAT, out=self.images / "degraded.tif",
        )  # fmt: skip
        _, found = self.succeeds(
            "SpectralResponseDegradation", {"out": (3, SHARP, SHARP)}, **{"in": self.truth_file}, srf="bands", srf_bands_list="490:65,560:35,665:30", snr=30,
            rand=1, nodata=0, outputpixeltype=INT16, out=self.images / "rgb.tif",
        )  # fmt: skip
        _, found = self.succeeds(
            "NMFEndmemberExtraction", {"outendm": (BANDS, 1, 4), "outab": (4, SIZE, SIZE)}, **{"in": self.inhs}, ne=4, rand=0, nodata=0, outputpixeltype=INT16,
            outendm=self.images / "endm.tif", outab=self.images / "nmf ab.tif",
        )  # fmt: skip
        self.assertGreater(found["outendm"].max(), 1000)

    def test_error_is_shown(self):
        log = self.qgis.run("NMFEndmemberExtraction", {"in": self.inhs, "ne": 99, "outendm": self.images / "x.tif"})
        self.assertRegex(log, r"\(FATAL\).*ne: found 99, expected 1 to 30")
        self.assertFalse((self.images / "x.tif").exists())

    def test_help_pages(self):
        pages = self.prefix / "share/doc/spectramorph/html"
        index = (pages / "index.html").read_text()
        applications = str(self.prefix / "lib/otb/applications")
        for application in APPLICATIONS:
            self.assertIn(f'href="{application}.html"', index)
            page = xml.dom.minidom.parse(str(pages / f"{application}.html"))
            words = " ".join(node.data for node in text_nodes(page.documentElement)).split()

            def shown(*arguments):
                command = ["otbApplicationLauncherCommandLine", application, applications, *arguments]  # noqa: B023
                return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout

            # The page says what -help says, of each parameter too; without -help, OTB tells where the page is.
            lines = [line for line in shown("-help").splitlines() if line.startswith(("        -", "MISSING -")) and "<group>" not in line]
            keys = [line.split()[line.startswith("MISSING")][1:] for line in lines]
            for key in keys[:-2]:
                self.assertIn(f"-{key}", words, application)
            self.assertGreater(len(keys), 6)
            self.assertIn(" ".join(shown("-help").split("\n\n")[2].split()), " ".join(words))
            self.assertIn(f"file://{pages.resolve()}/{application}.html", shown())


def text_nodes(node):
    if node.nodeType == node.TEXT_NODE:
        yield node
    for child in node.childNodes:
        yield from text_nodes(child)


if __name__ == "__main__":
    BUILD = sys.argv.pop(1)
    if find_provider() is None:
        print(f"Skipped: QGIS has no OTB provider ({' or '.join(PROVIDERS)}) in its own folder, below QGIS_PLUGINPATH or among the user's plugins")
        sys.exit(77)
    print(f"OTB provider of QGIS: {find_provider()}", flush=True)
    unittest.main()
