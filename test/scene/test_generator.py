#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The scene generator as a program: test_generator.py PATH_OF_GENERATOR."""
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
GENERATOR = sys.argv.pop(1)


class TestGenerator(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def run_generator(self, *arguments):
        return subprocess.run([GENERATOR, *map(str, arguments)], capture_output=True, text=True, check=False)

    def generate(self, name, *arguments):
        path = os.path.join(self.folder.name, name)
        result = self.run_generator("-out", path, *arguments)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return gdal.Open(path), result.stdout

    def test_streaming_does_not_change_pixels(self):
        whole, _ = self.generate("whole.tif", "-size", 700, 300, "-bands", 20, "-seed", 3)
        streamed, log = self.generate("streamed.tif", "-size", 700, 300, "-bands", 20, "-seed", 3, "-ram", 5)
        self.assertNotIn("in 1 blocks", log)
        self.assertTrue(np.array_equal(whole.ReadAsArray(), streamed.ReadAsArray()))

    def test_integers_are_scaled_reflectance(self):
        real, _ = self.generate("real.tif", "-size", 60, 40, "-bands", 5)
        whole, _ = self.generate("integer.tif", "-size", 60, 40, "-bands", 5, "-type", "uint16")
        self.assertEqual(whole.GetRasterBand(1).DataType, gdal.GDT_UInt16)
        self.assertLessEqual(np.abs(whole.ReadAsArray() - 10000.0 * real.ReadAsArray()).max(), 0.51)

    def test_metadata(self):
        image, _ = self.generate("image.tif", "-size", 30, 20, "-bands", 22, "-pixelsize", 4)
        self.assertEqual((image.RasterXSize, image.RasterYSize, image.RasterCount), (30, 20, 22))
        self.assertEqual(image.GetGeoTransform(), (600000.0, 4.0, 0.0, 5000000.0, 0.0, -4.0))
        self.assertEqual(image.GetSpatialRef().GetUTMZone(), 31)
        self.assertEqual(float(image.GetRasterBand(2).GetMetadataItem("wavelength")), 500.0)
        self.assertEqual(float(image.GetRasterBand(2).GetMetadataItem("fwhm")), 100.0)

    def test_refuses(self):
        path = os.path.join(self.folder.name, "no.tif")
        cases = [
            ([], "-out is missing"),
            (["-out", path, "-size", "5"], "-size has no value"),
            (["-out", path, "-bands", "2.5"], "-bands is '2.5'"),
            (["-out", path, "-seed", "x"], "-seed is 'x'"),
            (["-out", path, "-type", "int8"], "-type is int8"),
            (["-out", path, "-tiles", "3"], "unknown option -tiles"),
            (["-out", os.path.join(self.folder.name, "no", "such", "folder.tif")], "folder.tif"),
        ]
        for arguments, message in cases:
            with self.subTest(message):
                result = self.run_generator(*arguments)
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(message, result.stderr)
                self.assertFalse(os.path.exists(path))


if __name__ == "__main__":
    unittest.main()
