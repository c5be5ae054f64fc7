#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The QGIS style beside a hyperspectral output image; test/qgis has QGIS itself read one."""

import unittest
import xml.etree.ElementTree

import numpy

from launcher import write_image
from mixed_scene import COARSE_GRID, WAVELENGTHS
from super_resolution_case import SuperResolutionTest


class NaturalColours(SuperResolutionTest):
    def test_bands_and_stretch(self):
        image = self.fuse(style="true")
        expected = [int(numpy.argmin(abs(WAVELENGTHS - wavelength))) for wavelength in (650, 550, 450)]
        renderer = xml.etree.ElementTree.parse(self.folder / "out.qml").find("pipe/rasterrenderer")
        for band, colour in zip(expected, ("red", "green", "blue")):
            self.assertEqual(renderer.get(colour + "Band"), str(band + 1))
            limits = [float(renderer.find(f"{colour}ContrastEnhancement/{name}Value").text) for name in ("min", "max")]
            # All pixels are looked at, in an image as small as this.
            numpy.testing.assert_allclose(limits, numpy.percentile(image[band], (2, 98), method="lower"), rtol=1e-6)
        self.assertIn("bands {}, {}, {} as red, green, blue".format(*(band + 1 for band in expected)), self.log)

    def test_not_unasked(self):
        self.fuse("plain.tif")
        self.assertFalse((self.folder / "plain.qml").exists())
        self.assertIn("Natural colours of out: bands", self.log)

    def test_not_of_invisible_bands(self):
        self.fuse("infrared.tif", inhs=write_image(self.folder / "infrared_in.tif", self.coarse, WAVELENGTHS + 600, geotransform=COARSE_GRID), style="true")
        self.assertFalse((self.folder / "infrared.qml").exists())
        self.assertIn("style is not written: out has no bands near 650, 550 and 450 nm", self.log)

    def test_no_data_is_left_out(self):
        sharp = self.sharp.copy()
        sharp[:, :48] = numpy.nan
        image = self.fuse("half.tif", inms=write_image(self.folder / "half_in.tif", sharp), style="true")
        low = float(xml.etree.ElementTree.parse(self.folder / "half.qml").find("pipe/rasterrenderer/redContrastEnhancement/minValue").text)
        self.assertGreaterEqual(low, image[:, 48:].min())


if __name__ == "__main__":
    unittest.main()
