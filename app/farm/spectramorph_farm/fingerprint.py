# SPDX-License-Identifier: Apache-2.0
"""What a result was made of, as one number: another fingerprint, another result."""

import hashlib
import json
import os
import re

from osgeo import gdal

from .parameters import split_name
from .task import hash_file

# Of these the content counts: a copy of a model is the same model. Of larger ones size and time of change do.
MOST_CONTENT = 16 << 20  # bytes

# What decides on time and memory, and on no bit.
WITHOUT_EFFECT = {"ram", "progress"}

_BESIDE = (".aux.xml", ".msk", ".ovr", ".hdr")

_TEXT = (".json", ".csv", ".txt", ".xml")


def files_behind(value):
    """The files that a parameter's value names: a file, what GDAL reads besides it, and what a mosaic is made of, mosaics of mosaics included."""
    path, _ = split_name(value)
    known = {os.path.abspath(path)} if os.path.isfile(path) else set()
    if known and path.lower().endswith(_TEXT):
        return known
    waiting = [path] if known or _may_be_dataset(path) else []
    while waiting:
        for file in _files_of_image(waiting.pop()):
            file = os.path.abspath(file)
            if file not in known and os.path.isfile(file):
                known.add(file)
                if file.lower().endswith(".vrt"):
                    waiting.append(file)
    # GDAL tells what lies beside an image, but not beside those of a mosaic.
    beside = {f"{file}{extension}" for file in known for extension in _BESIDE} | {os.path.splitext(file)[0] + ".hdr" for file in known}
    return known | {file for file in beside if os.path.isfile(file)} | _product_files(path)


def _may_be_dataset(path):
    # NETCDF:"file.nc":/reflectance, a folder that is a product, and what GDAL calls virtual files.
    return bool(re.match(r"[A-Z][A-Za-z0-9_]*:", path)) or path.startswith("/vsi") or os.path.isdir(path)


def _files_of_image(path):
    with _Quiet():
        image = gdal.OpenEx(path, gdal.OF_RASTER)
        return (image.GetFileList() or []) if image is not None else []


class _Quiet:
    """GDAL's errors as return values, unheard."""

    def __enter__(self):
        self.raised = gdal.GetUseExceptions()
        gdal.DontUseExceptions()
        gdal.PushErrorHandler("CPLQuietErrorHandler")

    def __exit__(self, *_):
        gdal.PopErrorHandler()
        if self.raised:
            gdal.UseExceptions()


def _product_files(path):
    """Metadata of products that lie beside their images and are read for wavelengths: X-METADATA.XML of X-SPECTRAL_IMAGE.TIF."""
    folder, name = os.path.split(path)
    part = re.split("spectral_image", name, flags=re.IGNORECASE)[0]
    if part == name or not os.path.isdir(folder or "."):
        return set()
    return {os.path.abspath(os.path.join(folder, file)) for file in os.listdir(folder or ".") if file.lower() == f"{part}metadata.xml".lower()}


class Fingerprints:
    """Of runs of one application. Looks at each file once."""

    def __init__(self, libraries):
        self._libraries = sorted(libraries.values())
        self._states = {}
        self._behind = {}

    def _state(self, file):
        if file not in self._states:
            status = os.stat(file)
            if status.st_size > MOST_CONTENT:
                self._states[file] = [status.st_size, status.st_mtime_ns]
            else:
                with open(file, "rb") as content:
                    self._states[file] = hashlib.sha256(content.read()).hexdigest()
        return self._states[file]

    def _value(self, value):
        """A value as it counts: of a file, what it holds and not where it lies."""
        if value not in self._behind:
            self._behind[value] = sorted(files_behind(value))
        files = self._behind[value]
        if not files:
            return value
        path, options = split_name(value)
        # Of a part of a file, such as NETCDF:file.nc:/array, the part counts too.
        part = "" if os.path.isfile(path) else os.path.basename(path)
        return [part, options, [self._state(file) for file in files]]

    def of(self, parameters, outputs=(), extra=()):
        """Of a run with these parameters. `outputs` are keys whose files are written, of which pixel type and options count; `extra` are words that count too."""
        said = []
        for key, values in sorted(parameters.values.items()):
            if key in WITHOUT_EFFECT:
                continue
            if key in outputs:
                said.append([key, split_name(values[0])[1] if values else "", values[1:]])
            else:
                said.append([key, [self._value(value) for value in values]])
        return self.join(json.dumps([self._libraries, said]), *extra)

    @staticmethod
    def join(*words):
        """One of several."""
        return hashlib.sha256(json.dumps(words).encode()).hexdigest()

    def content(self, path):
        """The SHA-256 of a file's content."""
        return hash_file(path)
