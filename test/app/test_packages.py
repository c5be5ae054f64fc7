#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is installed, unpacked from the archive, or in the Debian package, is whole, and runs where nothing but the paths that README names is set.

usage: test_packages.py BUILD-FOLDER OTB-PREFIX
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

import numpy

from launcher import read_image, write_image

NAMES = sorted(path.stem[len("otb"):] for path in (pathlib.Path(__file__).resolve().parents[2] / "app").glob("otb*.cxx"))


def call(*command, environment=None, folder=None):
    """Runs a command, in the environment and no other one when there is one; returns its output, both streams."""
    done = subprocess.run([str(word) for word in command], env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def packed(kind, folder):
    """The package of that kind, made in the folder."""
    call("cpack", "-G", kind, "-B", folder, folder=BUILD)
    (package,) = [path for path in pathlib.Path(folder).iterdir() if path.is_file()]
    return package


class Packages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        write_image(self.folder / "in.tif", numpy.full((10, 40, 40), 0.5, numpy.float32), 400.0 + 50 * numpy.arange(10))

    def check_files(self, files, libraries="lib"):
        """A list of paths below the prefix has all that the applications need."""
        for name in NAMES:
            self.assertIn(f"bin/otbcli_{name}", files)
            self.assertIn(f"{libraries}/otb/applications/otbapp_{name}.so", files)
            self.assertIn(f"share/otb/description/{name}.txt", files)
            self.assertIn(f"share/doc/spectramorph/html/{name}.html", files)
        self.assertIn("share/spectramorph/algs.txt", files)
        # With OTB's version in its name up to OTB 9, then with a link to a name with its own; and without the link that developers need.
        names = [file for file in files if file.startswith(f"{libraries}/libotbSpectraMorph")]
        self.assertTrue(names and all(re.search(r"\.so\.\d", name) for name in names), names)

    def check_libraries(self, prefix):
        """Each library finds the module's below the prefix, and OTB's where it was built with it, by itself."""
        checked = 0
        for library in [*prefix.glob("lib/otb/applications/otbapp_*.so"), *prefix.glob("lib/libotbSpectraMorph*.so.?")]:
            found = call("ldd", library, environment={"PATH": "/usr/bin:/bin"})
            self.assertNotIn("not found", found)
            for line in found.splitlines():
                match = re.fullmatch(r"\s*(libotb\S+) => (.+) \(0x\w+\)", line, re.IGNORECASE)
                if match:
                    owner = prefix if match[1].startswith("libotbSpectraMorph") else OTB
                    self.assertTrue(pathlib.Path(match[2]).resolve().is_relative_to(owner.resolve()), f"{library}: {line}")
                    checked += 1
        self.assertGreater(checked, 20)

    def check_runs(self, command, **environment):
        out = self.folder / "out.tif"
        log = call(*command, "-in", self.folder / "in.tif", "-srf", "bands", "-srf.bands.list", "490:65,560:35", "-out", out, environment=environment)
        self.assertNotIn("(FATAL)", log)
        numpy.testing.assert_allclose(read_image(out), numpy.full((2, 40, 40), 0.5), rtol=1e-6)
        out.unlink()

    def test_installed(self):
        call("cmake", "--install", BUILD, "--prefix", self.folder / "first")
        prefix = (self.folder / "first").rename(self.folder / "moved")
        self.check_files([str(path.relative_to(prefix)) for path in prefix.rglob("*") if path.suffixes[-1:] != [".so"] or "applications" in path.parts])
        self.check_libraries(prefix)
        # As QGIS does, with no path of OTB's in the environment.
        self.check_runs([OTB / "bin/otbApplicationLauncherCommandLine", "SpectralResponseDegradation", prefix / "lib/otb/applications"])

    def test_archive(self):
        package = packed("TGZ", self.folder / "packages")
        with tarfile.open(package) as archive:
            archive.extractall(self.folder)
        (prefix,) = [path for path in self.folder.iterdir() if path.name.startswith("spectramorph-")]
        files = [str(path.relative_to(prefix)) for path in prefix.rglob("*") if not path.is_dir()]
        self.check_files(files)
        self.assertFalse([file for file in files if file.startswith("include") or "/qgis/" in file or file.endswith((".h", ".hxx"))])
        prefix = prefix.rename(self.folder / "any where")
        self.check_libraries(prefix)
        # OTB's own environment, and the two variables.
        self.check_runs(
            [prefix / "bin/otbcli_SpectralResponseDegradation"],
            PATH=f"{prefix}/bin:{OTB}/bin:/usr/bin:/bin", OTB_APPLICATION_PATH=str(prefix / "lib/otb/applications"), OTB_INSTALL_DIR=str(OTB),
        )

    @unittest.skipUnless(shutil.which("dpkg-deb"), "dpkg is not installed")
    def test_debian_package(self):
        package = packed("DEB", self.folder / "packages")
        call("dpkg-deb", "--extract", package, self.folder / "root")
        prefix = self.folder / "root" / OTB.relative_to("/")
        files = [str(path.relative_to(prefix)) for path in prefix.rglob("*") if not path.is_dir()]
        (application,) = prefix.rglob("otbapp_SpectralInversion.so")
        libraries = application.parents[2].relative_to(prefix)
        self.check_files(files, str(libraries))
        self.assertTrue((OTB / libraries / "otb/applications").is_dir(), libraries)
        self.assertFalse([file for file in files if file.startswith("include") or "/qgis/" in file])
        call("dpkg-deb", "--control", package, self.folder / "control")
        script = (self.folder / "control/postinst").read_text(encoding="utf-8")
        self.assertIn(f"list={OTB}/share/otb/description/algs.txt", script)
        self.assertNotIn("@", script)


if __name__ == "__main__":
    OTB = pathlib.Path(sys.argv.pop())
    BUILD = pathlib.Path(sys.argv.pop())
    unittest.main()
