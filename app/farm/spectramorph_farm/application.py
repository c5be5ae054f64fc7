# SPDX-License-Identifier: Apache-2.0
"""An application of OTB's: where it is, which parameters it has, and how it is run."""

import os
import pathlib
import re
import shutil
import subprocess

from .errors import FarmError
from .task import hash_file

LAUNCHER = "otbApplicationLauncherCommandLine"
THREADS = "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"
# A line of an application's help; what writes an image has a pixel type.
_HELP_LINE = re.compile(r"^(?:MISSING)?\s+-([a-z][\w.]*)\s*(.*)$", re.MULTILINE)
_PIXEL_TYPES = "[pixel]"


def search_path():
    """Folders of applications: those of OTB_APPLICATION_PATH, and where they are installed beside this program and beside OTB's launcher."""
    named = [pathlib.Path(folder).absolute() for folder in os.environ.get("OTB_APPLICATION_PATH", "").split(":") if folder]
    launcher = shutil.which(LAUNCHER)
    beside = []
    for prefix in [pathlib.Path(__file__).resolve().parents[4], *([pathlib.Path(launcher).resolve().parents[1]] if launcher else [])]:
        beside += [prefix / "lib" / "otb" / "applications", *sorted(prefix.glob("lib/*-linux-gnu/otb/applications"))]
    return list(dict.fromkeys(folder for folder in [*named, *beside] if folder.is_dir()))


class Application:
    """Raises FarmError when there is no such application."""

    def __init__(self, name):
        self.name = name
        self.folders = search_path()
        if shutil.which(LAUNCHER) is None:
            raise FarmError(f"found no {LAUNCHER}, expected OTB (Debian: otb-bin) in PATH")
        self.file = next((folder / f"otbapp_{name}.so" for folder in self.folders if (folder / f"otbapp_{name}.so").exists()), None)
        if self.file is None:
            where = ", ".join(map(str, self.folders)) or "OTB_APPLICATION_PATH, which names no folder"
            raise FarmError(f"found no application {name} in {where}")
        shown = subprocess.run(
            [*self.command(), "-help"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
            env={**os.environ, **self.environment(1)},
        ).stdout
        lines = dict(_HELP_LINE.findall(shown))
        if not lines:
            raise FarmError(f"{name}: its help has no parameters: {shown.strip()[-300:]}")
        self.keys = set(lines)
        self.texts = {key for key, line in lines.items() if line.startswith("<string>")}
        self.images = {key for key, line in lines.items() if _PIXEL_TYPES in line}

    def command(self):
        return [LAUNCHER, self.name]

    def environment(self, threads):
        """What a run needs to be told; `threads` is None for as many as the machine has. Its numbers have points, as OTB's own scripts see to."""
        return {"OTB_APPLICATION_PATH": ":".join(map(str, self.folders)), "LC_NUMERIC": "C", **({} if threads is None else {THREADS: str(threads)})}

    def libraries(self):
        """The files that decide on the bits of the result, and their SHA-256: the application, and the module's library, which lies above it."""
        files = [self.file, *sorted(self.file.parents[2].glob("libotbSpectraMorph*.so*"))]
        return {str(file): hash_file(str(file)) for file in files}
