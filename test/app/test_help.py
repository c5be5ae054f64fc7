#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What -help prints: every parameter says its range and default, and the examples run as printed."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import numpy

import mixed_scene
from launcher import run, write_image
from mixed_scene import COARSE_GRID, SHARP_GRID, WAVELENGTHS, WIDTHS

APPLICATIONS = ("HyperspectralQuality", "HyperspectralSuperResolution", "LinearMixingSynthesis", "NMFEndmemberExtraction", "SpatialDegradation",
                "SpectralInversion", "SpectralResponseDegradation", "TrainSpectralInversion")
# Described by OTB.
OF_OTB = ("ram", "progress", "help")
PARAMETER = re.compile(r"^(?:MISSING)? *-([\w.]+) +<([\w ]+)>(.*)$")


def help_of(application, *keys):
    """The lines of -help, or of -help of some parameters."""
    command = ["otbApplicationLauncherCommandLine", application, os.environ["OTB_APPLICATION_PATH"], "-help", *keys]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout.splitlines()


class Parameters(unittest.TestCase):
    def test_each_says_its_range_and_default(self):
        for application in APPLICATIONS:
            keys = [found[1] for found in map(PARAMETER.match, help_of(application)) if found and found[1] not in OF_OTB]
            self.assertGreater(len(keys), 3)
            texts, found = {}, None
            for line in help_of(application, *keys):
                found = PARAMETER.match(line) or found
                if found:
                    texts.setdefault(found[1], (found[2], found[3], []))[2].append("" if PARAMETER.match(line) else line.strip())
            self.assertEqual(sorted(texts), sorted(keys))
            for key, (kind, head, lines) in texts.items():
                text, where = " ".join(lines).strip(), f"{application} -{key}"
                self.assertGreater(len(text), 15, where)
                self.assertEqual(text.split(" - ")[0].strip()[-1], ".", where)
                default = re.search(r"default value is ([^)]+)\)", head)
                if default and "[pixel]" not in head:
                    self.assertIn(f"Default {default[1]}.", text, where)
                if kind in ("int32", "float"):
                    self.assertRegex(text, r"\b([Ff]rom|[Oo]ver|[Aa]ny)\b", where)
                    self.assertRegex(text, r"[Dd]efault", where)


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._folder.cleanup)
        cls.folder = pathlib.Path(cls._folder.name)

    def setUp(self):
        """The files that examples name, on small images."""
        truth, coarse, sharp = mixed_scene.scene()
        write_image(self.folder / "hyperspectral.tif", coarse, WAVELENGTHS, WIDTHS, COARSE_GRID)
        write_image(self.folder / "multispectral.tif", sharp, geotransform=SHARP_GRID)
        write_image(self.folder / "panchromatic.tif", sharp.mean(0, keepdims=True), geotransform=SHARP_GRID)
        for name in ("truth", "fused"):
            write_image(self.folder / f"{name}.tif", truth, WAVELENGTHS, WIDTHS, SHARP_GRID)
        write_image(self.folder / "abundances.tif", mixed_scene.abundances().astype("float32"), geotransform=SHARP_GRID)
        write_image(self.folder / "endmembers.tif", mixed_scene.spectra().T[:, None].astype("float32"), WAVELENGTHS, WIDTHS)
        curves = numpy.column_stack([WAVELENGTHS, mixed_scene.response().T])
        numpy.savetxt(self.folder / "response.csv", curves, delimiter=",", header="wavelength,blue,green,red,nir", comments="")
        for model, parameters in (
            ("model.json", {"srf": "file", "srf_file_in": self.folder / "response.csv"}),
            ("prior.json", {"srf": "bands", "srf_bands_list": "600:300", "method_morph_csp": "true"}),
        ):
            code, log = run("TrainSpectralInversion", inhs=self.folder / "hyperspectral.tif", **parameters, epochs=2, out=self.folder / model)
            self.assertEqual(code, 0, log)

    def test_run_as_printed(self):
        scripts = pathlib.Path(os.environ["OTB_APPLICATION_PATH"]).resolve().parents[2] / "bin"
        environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
        for application in APPLICATIONS:
            lines = help_of(application)
            examples = [line for line in lines[lines.index("Examples: ") :] if line.startswith("otbcli_")]
            self.assertGreater(len(examples), 0)
            for example in examples:
                self.assertTrue(example.startswith(f"otbcli_{application} "))
                # Training as long as by default is not what is tested.
                trains = application in ("HyperspectralSuperResolution", "TrainSpectralInversion")
                command = ["sh", "-c", example + " -epochs 5" * trains]
                done = subprocess.run(command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
                self.assertEqual(done.returncode, 0, f"{example}\n{done.stdout}")
                self.assertNotIn("(FATAL)", done.stdout, example)
                for written in re.findall(r"-out\w* \"?([\w.]+)", example):
                    self.assertTrue((self.folder / written).stat().st_size > 0, example)


if __name__ == "__main__":
    unittest.main()
