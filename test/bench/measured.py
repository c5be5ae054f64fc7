# SPDX-License-Identifier: Apache-2.0
"""Runs a command and measures it: wall time and peak resident memory of its process.

The kernel counts what a process inherits before it becomes another program to its peak memory. Therefore the command is started by a small Python process
of its own (this file run as a script), never by one that holds images.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


class Failed(RuntimeError):
    """A command ended badly; the message is the end of its log."""


def measure(command):
    """Runs a command; returns a dictionary of wall time (seconds), processor time (cpu) and peak resident memory (peak_mib)."""
    command = [str(word) for word in command]
    with tempfile.TemporaryDirectory() as folder:
        report, log = pathlib.Path(folder, "report.json"), pathlib.Path(folder, "log.txt")
        with open(log, "wb") as stream:
            subprocess.run([sys.executable, "-SEB", __file__, str(report), *command], stdout=stream, stderr=subprocess.STDOUT, check=False)
        text = log.read_text(errors="replace")
        measured = json.loads(report.read_text()) if report.exists() else {"code": None}
        # Not every failing application says so by its exit status.
        if measured["code"] != 0 or "(FATAL)" in text:
            raise Failed(f"{' '.join(command)}\nended with status {measured['code']}:\n" + "\n".join(text.splitlines()[-12:]))
    return measured


def run(command):
    """Runs a command; returns wall time [s] and peak resident memory [MiB]."""
    measured = measure(command)
    return measured["seconds"], measured["peak_mib"]


def applications():
    """The folder of the module's applications: OTB_APPLICATION_PATH, or that of the build folder."""
    return os.environ.get("OTB_APPLICATION_PATH") or str(REPOSITORY / "build" / "lib" / "otb" / "applications")


def launch(name, parameters):
    """The command that runs an application through OTB's launcher, parameters being a list of keys and values."""
    return ["otbApplicationLauncherCommandLine", name, applications(), *parameters]


def run_application(name, parameters):
    """Runs an application; measured as in run."""
    return run(launch(name, parameters))


def find_program(name):
    """A program of the build folder that the applications are in, or on PATH."""
    found = shutil.which(name, path=str(pathlib.Path(applications()).resolve().parents[2] / "bin")) or shutil.which(name)
    if found is None:
        raise Failed(f"{name}: not found beside {applications()} nor on PATH")
    return found


def main():
    report, *command = sys.argv[1:]
    start = time.perf_counter()
    # Of subprocess, only the start: its wait would take the child's account away.
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    cpu = usage.ru_utime + usage.ru_stime
    measured = {"code": os.waitstatus_to_exitcode(status), "seconds": time.perf_counter() - start, "cpu": cpu, "peak_mib": usage.ru_maxrss / 1024}
    pathlib.Path(report).write_text(json.dumps(measured))


if __name__ == "__main__":
    main()
