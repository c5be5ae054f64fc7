#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A scheduler and two workers as processes of their own, some of which die: the result is to the bit that of one run, and only what is missing is made."""

import pathlib
import re
import tempfile
import unittest

import numpy
from osgeo import gdal

from farm_case import Launcher, Processes, wait_until
from launcher import read_image, run, write_image

SIZE = 80, 160  # rows, columns
TILES = 8  # of 40 x 40
SRF = {"srf": "bands", "srf_bands_list": "490:65,560:35,665:30"}
APPLICATION = "SpectralResponseDegradation"
# A process may write 4 kB to a file: what a full disk does, but for the error's name. The signal that would end it is not heard.
FULL_DISK = "trap '' 25; ulimit -f 8"


class OnCluster(Processes):
    """A scheduler, an image, and what one run makes of it."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.images = pathlib.Path(folder.name)
        wavelengths = numpy.arange(400, 850, 10)
        cube = numpy.random.default_rng(1).random((len(wavelengths), *SIZE)).astype("float32")
        cls.image = write_image(cls.images / "in.tif", cube, wavelengths)
        code, log = run(APPLICATION, **{"in": cls.image}, **SRF, out=cls.images / "whole.tif")
        assert code == 0, log

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.scheduler, self.address = self.start_scheduler(self.folder)

    def workers(self, *launchers):
        return [self.start_worker(self.address, self.folder / f"worker{number}", launcher) for number, launcher in enumerate(launchers)]

    def watched(self, name, before="sleep 0.2"):
        return Launcher(self.folder / name, before)


class OneScene(OnCluster):
    """In tiles."""

    def setUp(self):
        super().setUp()
        self.out = self.folder / "out.vrt"
        self.tiles = self.folder / "out.tiles"

    def begin(self, *options, **parameters):
        return self.farm(["--scheduler", self.address, "--tile", "40", *options], APPLICATION, **{"in": self.image, **SRF, "out": self.out, **parameters})

    def done(self):
        return len(list(self.tiles.glob("r*.tif.farm.json")))

    def check(self):
        numpy.testing.assert_array_equal(read_image(self.out), read_image(self.images / "whole.tif"))
        # Nothing is left of what died.
        left = [path.name for path in self.tiles.iterdir() if not re.fullmatch(r"r\d+_c\d+\.tif(\.farm\.json)?|scene\.json(\.farm\.json)?|pixel\.tif|\.lock", path.name)]
        self.assertEqual(left, [])
        self.assertEqual(self.done(), TILES)

    def test_a_worker_is_killed(self):
        one, other = self.watched("one"), self.watched("other")
        workers = self.workers(one, other)
        process = self.begin()
        wait_until(lambda: len(one.boxes()) > 1 and len(other.boxes()) > 1, "tiles of both")
        # In the middle of one: its launcher is running.
        self.stop(workers[1])
        code, said = self.end_of(process)
        self.assertEqual(code, 0, said)
        self.check()
        boxes = one.boxes() + other.boxes()
        self.assertEqual(len(set(boxes)), TILES)
        self.assertLessEqual(len(boxes), TILES + 1)
        # Another run finds everything.
        code, said = self.end_of(self.begin())
        self.assertEqual(code, 0, said)
        self.assertEqual(one.boxes() + other.boxes(), boxes)

    def test_the_scheduler_is_killed(self):
        one, other = self.watched("one"), self.watched("other")
        workers = self.workers(one, other)
        process = self.begin()
        wait_until(lambda: self.done() > 2, "tiles")
        self.stop(self.scheduler)
        code, said = self.end_of(process)
        self.assertEqual(code, 1, said)
        self.assertIn("the scheduler is gone; what is done is kept", said)
        self.assertFalse(self.out.exists())
        for worker in workers:
            self.stop(worker)
        there = self.done()
        self.assertLess(there, TILES)
        _, self.address = self.start_scheduler(self.folder)
        last = self.watched("last", "")
        self.start_worker(self.address, self.folder / "worker", last)
        code, said = self.end_of(self.begin())
        self.assertEqual(code, 0, said)
        self.check()
        self.assertEqual(len(last.boxes()), TILES - there)
        self.assertIn(f"{there} of {TILES} tiles are there already", said)

    def test_the_program_is_killed(self):
        one = self.watched("one")
        self.workers(one)
        process = self.begin()
        wait_until(lambda: self.done() > 1, "tiles")
        self.stop(process)
        there = self.done()
        code, said = self.end_of(self.begin())
        self.assertEqual(code, 0, said)
        self.check()
        # What ran when it was killed may have been finished, or be made again.
        self.assertLessEqual(len(one.boxes()), TILES + 2)
        self.assertGreaterEqual(there, 2)

    def test_the_disk_of_a_worker_is_full(self):
        full, good = self.watched("full", FULL_DISK), self.watched("good")
        self.workers(full, good)
        code, said = self.end_of(self.begin())
        self.assertEqual(code, 0, said)
        self.check()
        self.assertEqual(sorted(set(good.boxes())), sorted(good.boxes()))
        self.assertEqual(len(good.boxes()), TILES)
        # It was left out when that was plain, and nobody waits for it.
        self.assertLess(len(full.boxes()), TILES)

    def test_every_disk_is_full(self):
        self.workers(*(self.watched(name, f'case "$*" in *outscene*) ;; *) {FULL_DISK} ;; esac') for name in ("one", "other")))
        code, said = self.end_of(self.begin("--retries", "0"))
        self.assertEqual(code, 1, said)
        self.assertRegex(said, r"tile at column \d+, row \d+ \(40 x 40 pixels\): out: found that .*cannot be written.*expected room for it on the disk")
        self.assertIn(f"{TILES} of {TILES} tiles are missing", said)
        self.assertFalse(self.out.exists())
        self.assertEqual(self.done(), 0)

    def test_a_tile_fails_for_good(self):
        broken = 'case "$*" in *box=80:40:*) echo "2026 (FATAL) App: in: found that it cannot be read"; exit 1;; esac'
        one, other = (self.watched(name, broken) for name in ("one", "other"))
        self.workers(one, other)
        code, said = self.end_of(self.begin("--retries", "2"))
        self.assertEqual(code, 1, said)
        self.assertIn("tile at column 80, row 40 (40 x 40 pixels): in: found that it cannot be read", said)
        self.assertIn(f"1 of {TILES} tiles are missing", said)
        boxes = one.boxes() + other.boxes()
        self.assertEqual(boxes.count("80:40:40:40"), 3)
        self.assertEqual(self.done(), TILES - 1)
        self.assertFalse(self.out.exists())

    def test_an_input_cannot_be_read(self):
        whole = self.image.read_bytes()
        broken = self.folder / "broken.tif"
        broken.write_bytes(whole[: len(whole) // 2])
        self.workers(None)
        code, said = self.end_of(self.begin("--retries", "0", **{"in": broken}))
        self.assertEqual(code, 1, said)
        self.assertIn("statistics of the scene: in:", said)

    def test_there_is_no_scheduler(self):
        self.stop(self.scheduler)
        code, said = self.end_of(self.begin())
        self.assertEqual(code, 2, said)
        self.assertIn("--scheduler: found no scheduler at", said)


class Jobs(OnCluster):
    """A list of scenes."""

    def setUp(self):
        super().setUp()
        self.list = self.folder / "jobs.csv"
        self.names = [f"scene {number}" for number in range(5)]
        for number, name in enumerate(self.names):
            gdal.Translate(str(self.folder / f"{name}.tif"), str(self.image), srcWin=[number, 0, 30, 20])
        self.write(self.names)

    def write(self, names):
        lines = [f"\"'{self.folder}/{name}.tif'\",\"'{self.folder}/{name} out.tif' double\"," + ("-7" if name == names[0] else "") for name in names]
        self.list.write_text("\n".join(["in,out,nodata", *lines, ""]))

    def begin(self, *options, **parameters):
        return self.farm(["--scheduler", self.address, "--jobs", self.list, *options], APPLICATION, **{**SRF, **parameters})

    def test_each_line_is_a_run(self):
        one = self.watched("one", "")
        self.workers(one)
        code, said = self.end_of(self.begin())
        self.assertEqual(code, 0, said)
        self.assertIn("5 jobs are done", said)
        for number, name in enumerate(self.names):
            image = gdal.Open(str(self.folder / f"{name} out.tif"))
            numpy.testing.assert_array_equal(image.ReadAsArray(), read_image(self.images / "whole.tif")[:, :20, number : number + 30].astype("float64"))
            self.assertEqual(image.GetRasterBand(1).GetNoDataValue(), -7 if number == 0 else -9999)
        # One that is new, and one whose input is not there.
        one.forget()
        gdal.Translate(str(self.folder / "new.tif"), str(self.image), srcWin=[9, 9, 30, 20])
        self.write([*self.names, "new", "absent"])
        code, said = self.end_of(self.begin("--retries", "1"))
        self.assertEqual(code, 1, said)
        self.assertIn("5 of 7 jobs are there already", said)
        self.assertRegex(said, r"line 8 of .*jobs.csv: .*absent.tif")
        self.assertTrue((self.folder / "new out.tif").exists())
        self.assertEqual(len(one.runs()), 3)

    def test_lists_that_are_none_are_refused(self):
        for text, reason in (
            ("", "without a first line"),
            ("in,in\n1,2\n", "without a first line of different parameters"),
            ("in,out\na\n", "found 1 cells in line 2"),
            ("in,nonsense\na,b\n", "line 2 of .*: found the parameter nonsense"),
            ("in\na\n", "line 2 of .*: found no output"),
            ("in,out\na,b.tif\nc,b.tif\n", "line 3 of .*: found the output .*b.tif of line 2"),
        ):
            self.list.write_text(text)
            code, said = self.end_of(self.begin())
            self.assertEqual(code, 2, said)
            self.assertRegex(said, reason)


if __name__ == "__main__":
    unittest.main()
