#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Interruptions, kills, full disks and inputs that break off: under the name of an output there is the old file, a whole new one, or none."""

import contextlib
import json
import os
import pathlib
import pty
import random
import resource
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import numpy
from osgeo import gdal

from bad_files import BANDS, COARSE_GRID, SHARP_GRID, WAVELENGTHS
from launcher import command, read_image, run, write_image

MEGAPIXELS = 1024
# Half a minute of training, if nobody ends it.
TRAINING = {"inhs": "coarse.tif", "srf": "matrix", "srf_matrix_in": "matrix.csv", "method_morph_ne": 3, "epochs": 1000000}
QUICK = {**TRAINING, "method": "morph", "method_morph_hidden": 8, "epochs": 5}
INVERSION = {"inms": "sharp.tif", "model": "model.json"}

# Compressed so hard that writing takes long enough to be interrupted.
SLOWLY = "?&gdal:co:COMPRESS=DEFLATE&gdal:co:ZLEVEL=9"


@contextlib.contextmanager
def launched(application, **parameters):
    """The application while it runs; its log is in a file of its own."""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command(application, **parameters), stdout=log, stderr=subprocess.STDOUT)
        process.log = log
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_for(condition, process, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None and time.monotonic() < end, text_of(process.log)
        time.sleep(0.002)


def text_of(log):
    log.seek(0)
    return log.read()


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.addClassCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        generator = numpy.random.default_rng(1)
        # Reflectance times 10000, which outputs of integers hold.
        coarse = generator.uniform(1000, 9000, (BANDS, 16, 16)).astype("float32")
        sharp = generator.uniform(1000, 9000, (3, MEGAPIXELS, MEGAPIXELS)).astype("float32")
        write_image("coarse.tif", coarse, WAVELENGTHS, geotransform=COARSE_GRID)
        write_image("sharp.tif", sharp, geotransform=SHARP_GRID)
        write_image("small.tif", sharp[:, :32, :32], geotransform=SHARP_GRID)
        pathlib.Path("cut.tif").write_bytes(pathlib.Path("sharp.tif").read_bytes()[: sharp.nbytes // 2])
        numpy.savetxt("matrix.csv", numpy.eye(3, BANDS), delimiter=",")
        code, log = run("TrainSpectralInversion", **QUICK, out="model.json")
        assert code == 0, log

    def setUp(self):
        self.out = pathlib.Path(tempfile.mkdtemp(dir="."))
        self.addCleanup(shutil.rmtree, self.out)

    def files(self):
        return sorted(path.name for path in self.out.iterdir())

    def refused(self, result, message, left=()):
        code, log = result
        self.assertTrue(0 < code < 128, f"exit code {code}\n{log}")
        fatal = [line for line in log.splitlines() if "(FATAL)" in line]
        self.assertEqual(len(fatal), 1, log)
        self.assertRegex(fatal[0], message)
        self.assertNotRegex(log, r"std::|\.(cxx|hxx|h):\d|itk::|0x[0-9a-f]{6}|Segmentation|terminate called")
        self.assertEqual(self.files(), sorted(left), log)

    def interrupted(self, application, begun, number=signal.SIGINT, **parameters):
        with launched(application, **parameters) as process:
            wait_for(lambda: begun(process), process)
            time.sleep(0.1)
            start = time.monotonic()
            process.send_signal(number)
            process.wait(10)
            self.assertLess(time.monotonic() - start, 1, "it took longer than a second")
            self.assertEqual(process.returncode, -number, text_of(process.log))


class Interruptions(Faults):
    def test_training_by_the_terminal(self):
        """Ctrl-C, typed: the terminal tells otbcli, which is a script, and the launcher it started."""
        process, terminal = pty.fork()
        if process == 0:
            _, application, _, *parameters = command("TrainSpectralInversion", **TRAINING, out=self.out / "model.json")
            os.execvp("otbcli", ["otbcli", application, *parameters])
        self.addCleanup(os.close, terminal)
        log = b""
        while b"Training the network" not in log:
            self.assertTrue(select.select([terminal], [], [], 20)[0], log)
            log += os.read(terminal, 65536)
        start = time.monotonic()
        os.write(terminal, b"\x03")
        status = os.waitpid(process, 0)[1]
        self.assertLess(time.monotonic() - start, 1, "it took longer than a second")
        self.assertEqual(os.WTERMSIG(status), signal.SIGINT, log)
        self.assertEqual(self.files(), [])

    def test_writing(self):
        (self.out / "out.tif").write_text("old")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number):
                begun = lambda _: (self.out / "out.tif.part/out.tif").exists()
                self.interrupted("SpectralInversion", begun, number, **INVERSION, ram=4, out=f"{self.out}/out.tif{SLOWLY}")
                self.assertEqual(self.files(), ["out.tif"])
                self.assertEqual((self.out / "out.tif").read_text(), "old")

    def test_all_outputs_of_one_step(self):
        parameters = {**QUICK, "inms": "sharp.tif", "ram": 4, "model": self.out / "model.json", "outem": self.out / "em.tif", "outab": f"{self.out}/ab.tif{SLOWLY}"}
        self.interrupted("HyperspectralSuperResolution", lambda _: (self.out / "ab.tif.part/ab.tif").exists(), **parameters, out=self.out / "out.tif")
        self.assertEqual(self.files(), [])


class Kills(Faults):
    """kill -9 at random moments; the verdict is the same at any of them."""

    def kill_at(self, fraction, whole, judge, application, **parameters):
        with launched(application, **parameters) as process:
            time.sleep(fraction * whole)
            process.kill()
            process.wait()
        judge()
        # What the killed process left does not disturb the next one.
        for path in self.out.iterdir():
            self.assertTrue(path.name.endswith(".part") or path.name in ("out.tif", "model.json", "scores.csv", "scores.json"), path)

    def test_images(self):
        def checksum():
            image = gdal.Open(str(self.out / "out.tif"))
            return image.GetRasterBand(BANDS).Checksum()

        def judge():
            if (self.out / "out.tif").exists():
                self.assertEqual(checksum(), expected)

        out = {"ram": 8, "out": self.out / "out.tif?&gdal:co:COMPRESS=DEFLATE"}
        start = time.monotonic()
        code, log = run("SpectralInversion", **INVERSION, **out)
        whole = time.monotonic() - start
        self.assertEqual((code, self.files()), (0, ["out.tif"]), log)
        expected = checksum()
        (self.out / "out.tif").unlink()
        for fraction in random.Random(1).sample(range(30, 101), 4):
            self.kill_at(fraction / 100, whole, judge, "SpectralInversion", **INVERSION, **out)
        code, log = run("SpectralInversion", **INVERSION, **out)
        self.assertEqual((code, self.files()), (0, ["out.tif"]), log)
        judge()

    def test_text(self):
        def judge():
            for path in self.out.glob("*.json"):
                json.loads(path.read_text())
            for path in self.out.glob("*.csv"):
                self.assertEqual(len(path.read_text().splitlines()), lines)

        runs = [("HyperspectralQuality", {"in": "small.tif", "ref": "small.tif", "outjson": self.out / "scores.json", "outcsv": self.out / "scores.csv"}),
                ("TrainSpectralInversion", {**QUICK, "out": self.out / "model.json"})]
        code, log = run(runs[0][0], **runs[0][1])
        self.assertEqual(code, 0, log)
        lines = len((self.out / "scores.csv").read_text().splitlines())
        for application, parameters in runs:
            start = time.monotonic()
            code, log = run(application, **parameters)
            whole = time.monotonic() - start
            self.assertEqual(code, 0, log)
            for fraction in random.Random(2).sample(range(50, 101), 3):
                for path in self.out.glob("*.*"):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                self.kill_at(fraction / 100, whole, judge, application, **parameters)


class FullDisks(Faults):
    """A limit on the size of a file stands for a full disk: writing fails in the same places, and it needs no privilege."""

    OUTPUTS = {
        "striped": "out.tif",
        "tiled": "out.tif?&gdal:co:TILED=YES",
        "compressed": "out.tif?&gdal:co:COMPRESS=LZW&gdal:co:TILED=YES",
        "blocks of the end": "out.tif?&gdal:co:BLOCKYSIZE=1024",
        "ENVI": "out.hdr",
        "HFA": "out.img",
    }

    def limited(self, size, application, **parameters):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        done = subprocess.run(
            command(application, **parameters),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            preexec_fn=limit,
            restore_signals=False,
        )
        return done.returncode, done.stdout

    def test_images(self):
        for name, out in self.OUTPUTS.items():
            with self.subTest(name):
                result = self.limited(1 << 20, "SpectralInversion", **INVERSION, ram=16, out=f"{self.out / out} uint16")
                self.refused(result, rf"out: found that {self.out}/out\.\w+ cannot be written \(.+\), expected room for it on the disk")

    def test_all_is_withdrawn(self):
        (self.out / "model.json").write_text("old")
        parameters = {**QUICK, "inms": "sharp.tif", "model": self.out / "model.json", "outem": self.out / "em.tif", "out": f"{self.out}/out.tif uint16"}
        self.refused(self.limited(1 << 20, "HyperspectralSuperResolution", **parameters), "out: found that .* cannot be written", ["model.json"])
        self.assertEqual((self.out / "model.json").read_text(), "old")

    def test_text(self):
        self.refused(self.limited(1000, "TrainSpectralInversion", **QUICK, out=self.out / "model.json"), r"out: it could not be written \(File too large\)")
        scores = {"in": "small.tif", "ref": "small.tif", "outjson": self.out / "scores.json", "outcsv": self.out / "scores.csv"}
        result = self.limited(100, "HyperspectralQuality", **scores)
        self.refused(result, r"outjson: it could not be written \(File too large\)")

    def test_full_file_system(self):
        disk = self.out / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], stderr=subprocess.DEVNULL, check=False).returncode != 0:
            self.skipTest("mounting needs privilege")
        try:
            for out in ("out.tif", "out.tif?&gdal:co:COMPRESS=LZW&gdal:co:TILED=YES", "out.hdr"):
                with self.subTest(out):
                    result = run("SpectralInversion", **INVERSION, ram=16, out=f"{disk / out} uint16")
                    self.refused(result, r"out: found that .*/disk/out\.\w+ cannot be written", ["disk"])
                    self.assertEqual(os.listdir(disk), [])
            self.fill(disk / "filler")
            result = run("TrainSpectralInversion", **QUICK, out=disk / "model.json")
            self.refused(result, r"out: it (cannot be created|could not be written) \(No space left", ["disk"])
            self.assertEqual(os.listdir(disk), ["filler"])
        finally:
            subprocess.run(["umount", disk], check=True)

    @staticmethod
    def fill(path):
        with contextlib.suppress(OSError), open(path, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_folder_that_may_not_be_written(self):
        self.out.chmod(0o500)
        self.addCleanup(self.out.chmod, 0o700)
        for application, parameters in (("SpectralInversion", INVERSION), ("TrainSpectralInversion", QUICK)):
            with self.subTest(application):
                result = run(application, **parameters, out=self.out / "out.tif")
                self.refused(result, "out: found the folder .*, expected a folder that exists and can be written")


class BrokenInputs(Faults):
    def test_image_that_ends_early(self):
        parameters = {**QUICK, "inms": "cut.tif", "ram": 4, "model": self.out / "model.json", "outem": self.out / "em.tif", "out": self.out / "out.tif"}
        self.refused(run("HyperspectralSuperResolution", **parameters), r"inms: found that cut\.tif cannot be read \(.+\), expected a whole image")
        pathlib.Path("three.csv").write_text("450\n500\n550\n")
        others = {
            "SpectralResponseDegradation": {"srf": "bands", "srf_bands_list": "500:50", "wl": "three.csv", "out": self.out / "out.tif"},
            "NMFEndmemberExtraction": {"ne": 2, "outendm": self.out / "em.tif"},
            "HyperspectralQuality": {"ref": "sharp.tif", "outjson": self.out / "scores.json", "outsam": self.out / "sam.tif"},
        }
        for application, parameters in others.items():
            with self.subTest(application):
                self.refused(run(application, **{"in": "cut.tif"}, **parameters, ram=4), r"in: found that cut\.tif cannot be read")

    def test_no_text_file(self):
        """What might never end, or is larger than any such file, is refused at once."""
        os.mkfifo(self.out / "pipe")
        with open(self.out / "spaces", "wb") as spaces:
            spaces.truncate(10**10)
        names = [path.name for path in self.out.iterdir()]
        for path in (self.out / "pipe", self.out / "spaces", "/dev/zero", self.out):
            with self.subTest(path=path):
                start = time.monotonic()
                result = run("SpectralInversion", inms="small.tif", model=path, out=self.out / "out.tif")
                self.refused(result, rf"model: (found )?{path}(, a pipe| cannot be used: it has| cannot be opened)", names)
                result = run("TrainSpectralInversion", **{**QUICK, "srf_matrix_in": path}, out=self.out / "model.json")
                self.refused(result, rf"srf\.matrix\.in(: found {path}| \({path}\): found)", names)
                result = run("SpatialDegradation", **{"in": "small.tif"}, psf="file", psf_file_in=path, out=self.out / "out.tif")
                self.refused(result, r"PSF file .*: found|psf\.file\.in: found", names)
                self.assertLess(time.monotonic() - start, 10)

    def test_sizes_no_memory_holds(self):
        options = ["SPARSE_OK=TRUE", "TILED=YES", "BLOCKXSIZE=8192", "BLOCKYSIZE=8192"]
        image = gdal.GetDriverByName("GTiff").Create("vast.tif", 10**6, 10**6, 3, gdal.GDT_Float32, options)
        image = None
        # Pictures are written in one piece: they are refused before any pixel is read.
        for name in ("out.png", "out.jpg", "out.jp2?&gdal:co:QUALITY=100&gdal:co:REVERSIBLE=YES"):
            start = time.monotonic()
            result = run("SpectralInversion", inms="vast.tif", model="model.json", out=f"{self.out / name} uint8")
            self.refused(result, r"out: found the extension \.(png|jpg|jp2), expected \.tif")
            self.assertLess(time.monotonic() - start, 10)
        self.refused(run("LinearMixingSynthesis", **{"in": "small.tif"}, ie="vast.tif", out=self.out / "out.tif"), "ie: found 1000000000000 endmembers")
        pathlib.Path("vast.csv").write_text(2100 * "1,1,1\n")
        self.refused(run("SpatialDegradation", **{"in": "small.tif"}, psf="file", psf_file_in="vast.csv", out=self.out / "out.tif"),
                     "PSF file vast.csv, line 2002: found 2002 rows of 3 numbers, expected a kernel of at most 2001 x 2001")


class Successes(Faults):
    def test_files_that_go_with_the_image(self):
        code, log = run("SpectralInversion", **INVERSION, out=f"{self.out}/out.hdr?&box=0:0:64:64 int16")
        self.assertEqual(code, 0, log)
        self.assertTrue({"out", "out.hdr"} <= set(self.files()), self.files())
        image = gdal.Open(str(self.out / "out"))
        self.assertEqual((image.GetDriver().ShortName, image.RasterXSize, image.RasterCount), ("ENVI", 64, BANDS))
        self.assertEqual(image.GetRasterBand(1).DataType, gdal.GDT_Int16)
        self.assertIn("wavelength", (self.out / "out.hdr").read_text())

    def test_new_image_drops_what_belonged_to_the_old_one(self):
        parameters = {"inms": "small.tif", "model": "model.json", "out": f"{self.out}/out.tif?&nodata=-1&gdal:co:TFW=YES"}
        (self.out / "out.tif.aux.xml").write_text("<PAMDataset><Metadata><MDI key='OLD'>1</MDI></Metadata></PAMDataset>")
        (self.out / "out.tif.ovr").write_text("old")
        (self.out / "out.tif.part").mkdir()
        (self.out / "out.tif.part/out.tif").write_text("left by a process that was killed")
        code, log = run("SpectralInversion", **parameters)
        self.assertEqual((code, self.files()), (0, ["out.tfw", "out.tif"]), log)
        image = gdal.Open(str(self.out / "out.tif"))
        self.assertEqual((image.GetRasterBand(1).GetNoDataValue(), image.GetMetadataItem("OLD"), image.RasterXSize), (-1, None, 32))

    def test_name_without_an_extension(self):
        code, log = run("SpectralInversion", inms="small.tif", model="model.json", out=self.out / "out")
        self.assertEqual((code, self.files()), (0, ["out.tif"]), log)
        self.assertEqual(read_image(self.out / "out.tif").shape, (BANDS, 32, 32))


if __name__ == "__main__":
    unittest.main()
