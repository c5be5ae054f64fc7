# SPDX-License-Identifier: Apache-2.0
"""What the tests of spectramorph-farm share: running it, a scheduler and workers as processes of their own, and launchers that are watched or fail."""

import json
import os
import pathlib
import signal
import stat
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "test" / "app"), str(ROOT / "app" / "farm")]

PROGRAM = ROOT / "app" / "farm" / "spectramorph-farm"
LAUNCHER = "otbApplicationLauncherCommandLine"
SECONDS = 120  # that anything may take


def wait_until(condition, what):
    deadline = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.05)


def arguments(options, application, **parameters):
    """The command line, as test/app/launcher.py writes parameters."""
    words = [sys.executable, "-B", str(PROGRAM), *map(str, options), application]
    for key, value in parameters.items():
        words += ["-" + key.replace("_", "."), *str(value).split(" ")]
    return words


class Launcher:
    """A folder for PATH, in which OTB's launcher is a script: it notes what it runs, and does `before`, lines of shell to which $* is the command."""

    def __init__(self, folder, before="", through="exec"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.log = self.folder / "runs"
        self.log.touch()
        real = subprocess.run(["which", LAUNCHER], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        script = self.folder / LAUNCHER
        script.write_text(f'#!/bin/sh\ncase "$*" in *-help*) ;; *) echo "$*" >>"{self.log}"\n{before}\n;; esac\n{through} {real} "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)

    @property
    def path(self):
        return f"{self.folder}:{os.environ['PATH']}"

    def runs(self):
        """The commands so far."""
        return self.log.read_text().splitlines()

    def boxes(self):
        """The boxes of the tiles among them."""
        return [run.split("box=")[1].split(" ")[0] for run in self.runs() if "box=" in run and "outscene" not in run]

    def forget(self):
        self.log.write_text("")


class Processes(unittest.TestCase):
    """Starts processes, and sees that none outlives the test."""

    def start(self, words, env=None, **options):
        process = subprocess.Popen(
            list(map(str, words)), env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}, start_new_session=True, stdin=subprocess.DEVNULL, **options
        )
        self.addCleanup(self.stop, process)
        return process

    @staticmethod
    def stop(process, number=signal.SIGKILL):
        """The whole group: a launcher may outlive its worker."""
        if process.poll() is None:
            os.killpg(process.pid, number)
        process.wait(SECONDS)
        if process.stdout:
            process.stdout.close()

    def farm(self, options, application, env=None, **parameters):
        """Starts the program."""
        return self.start(arguments(options, application, **parameters), env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def end_of(self, process):
        """Exit status and what it said."""
        said, _ = process.communicate(timeout=SECONDS)
        return process.returncode, said

    def succeeds(self, options, application, env=None, **parameters):
        code, said = self.end_of(self.farm(options, application, env, **parameters))
        self.assertEqual(code, 0, said)
        return said

    def start_scheduler(self, folder, port=0):
        """The process and its address."""
        file = pathlib.Path(folder) / f"scheduler{time.monotonic_ns()}.json"
        process = self.start(
            [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard", "--scheduler-file", file],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: file.exists() and file.read_text().strip().endswith("}"), "a scheduler")
        return process, json.loads(file.read_text())["address"]

    def start_worker(self, address, folder, launcher=None, before=()):
        """One thread. `launcher`: whose runs go through it; `before`: a command that starts it."""
        pathlib.Path(folder).mkdir(exist_ok=True)
        return self.start(
            [*before, sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", folder],
            {"PATH": launcher.path} if launcher else None, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
