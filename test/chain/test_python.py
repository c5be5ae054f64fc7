#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The chains that src/README.md shows, in Python, against the same applications one after the other, with files between them.

Skipped, with status 77, where OTB has no bindings for this Python; the second one also where pyotb is not installed.
"""

import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "app"))

import numpy  # noqa: E402

from launcher import read_image, write_image  # noqa: E402
from super_resolution_case import SuperResolutionTest  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "src/README.md"


def example(module):
    """The lines of code of the page that begin with an import of the module."""
    blocks = re.findall(r"(?:^    .*\n|^\n)+", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    (code,) = [block for block in blocks if f"    import {module}" in block]
    return re.sub("^    ", "", code, flags=re.MULTILINE)


class Examples(SuperResolutionTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The names of the example; a grid that sticks out of the image on two sides.
        write_image(cls.folder / "sentinel2.tif", cls.sharp, geotransform=(500000, 10, 0, 5800000, 0, -10))
        write_image(cls.folder / "grid.tif", numpy.zeros((1, 60, 70), numpy.float32), geotransform=(499950, 15, 0, 5800035, 0, -15))

    def setUp(self):
        self.train("enmap.json")
        self.succeeds("Superimpose", inr=self.folder / "grid.tif", inm=self.folder / "sentinel2.tif", out=self.folder / "there.tif float")
        self.succeeds("SpectralInversion", inms=self.folder / "there.tif", model=self.folder / "enmap.json", out=self.folder / "sharp.tif float")
        self.succeeds("DynamicConvert", **{"in": self.folder / "sharp.tif", "out": self.folder / "expected.tif uint8"})

    def check(self, code):
        environment = {name: value for name, value in os.environ.items() if name != "OTB_ROOT"}
        done = subprocess.run([sys.executable, "-B", "-c", code], cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotRegex(done.stdout, r"\((FATAL|ERROR)\)")
        found, expected = read_image(self.folder / "converted.tif"), read_image(self.folder / "expected.tif")
        self.assertEqual(found.dtype, numpy.uint8)
        self.assertGreater(expected.std(), 10)
        numpy.testing.assert_array_equal(found, expected)
        (self.folder / "converted.tif").unlink()

    def test_otb_application(self):
        self.check(example("otbApplication"))

    @unittest.skipUnless(importlib.util.find_spec("pyotb"), "pyotb is not installed")
    def test_pyotb(self):
        self.check(example("pyotb"))


if __name__ == "__main__":
    if importlib.util.find_spec("otbApplication") is None:
        print("Skipped: OTB has no bindings for this Python (otbApplication) in PYTHONPATH")
        sys.exit(77)
    unittest.main()
