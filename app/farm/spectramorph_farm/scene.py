# SPDX-License-Identifier: Apache-2.0
"""A scene in tiles: what the whole images tell is found once, then each tile is a run of the application on a box of its output."""

import json
import os
import re
import shutil
import time

from .errors import FarmError
from .mosaic import Mosaic, mosaic_name
from .parameters import split_name
from .plan import Grid
from .records import describe_file, is_done, write_record
from .task import Output, Task

# What one run finds of a whole scene and others are told: the parameter that writes it, and the one that reads it.
STATISTICS = ("outscene", "inscene")
REFINEMENT = ("outref", "inref")


class Scene:
    """The parameters of an application's run, whose image outputs are to be made in tiles.

    Raises FarmError when that cannot be done."""

    def __init__(self, application, parameters, fingerprints, threads):
        self._application, self._fingerprints, self._threads = application, fingerprints, threads
        if STATISTICS[0] not in application.keys:
            raise FarmError(
                f"{application.name}: found an application whose result is not made in tiles, expected SpectralInversion, SpectralResponseDegradation, "
                "SpatialDegradation or LinearMixingSynthesis; --jobs runs any other on a list of scenes"
            )
        self._images = [key for key in parameters.values if key in application.images]
        if "out" not in self._images:
            raise FarmError("out: found no value, expected the name of a mosaic such as sharp.vrt")
        self._check(parameters)
        self._parameters = parameters
        self.mosaics = {key: mosaic_name(parameters[key][0]) for key in self._images}
        self.folder = self._folder("out")
        self.grid = self.tiles = self._fingerprint = None

    def _check(self, parameters):
        for key in self._images:
            if not parameters[key]:
                raise FarmError(f"{key}: found no value, expected the name of a mosaic such as sharp.vrt")
            if re.search(r"[?&]box=", parameters[key][0]):
                raise FarmError(f"{key}: found the option box, expected none: each tile has its own")
        for key in parameters.values:
            if key.startswith("out") and key not in self._images and key not in (STATISTICS[0], REFINEMENT[0]):
                raise FarmError(f"{key}: found an output that is no image, expected images alone: it cannot be made in tiles")
            if key == STATISTICS[1]:
                raise FarmError(f"{key}: found a file, expected none: it is found from the images, and kept")

    def _folder(self, key):
        """Where an output's tiles lie: beside the mosaic."""
        return os.path.splitext(self.mosaics[key][0])[0] + ".tiles"

    def folders(self):
        return [self._folder(key) for key in self._images]

    def _told(self):
        """The pairs of parameters that this run takes part in."""
        return [STATISTICS, *([REFINEMENT] if REFINEMENT[0] in self._application.keys and "inhs" in self._parameters else [])]

    def _file(self, writes):
        """Where what is found of the whole scene lies: where the user wants it, or among the tiles."""
        asked = self._parameters.values.get(writes)
        return os.path.abspath(asked[0]) if asked else os.path.join(self.folder, f"{writes[3:]}.json")

    def _words(self, parameters, box, name):
        """The words of a run on a box, with its outputs: the image parameters' tiles of that name."""
        words = list(self._application.command())
        for key, values in parameters.values.items():
            words.append(f"-{key}")
            if key in self._images:
                options = split_name(values[0])[1]
                words += [Output(os.path.join(self._folder(key), name), (options or "?") + box), *values[1:]]
            elif key in (STATISTICS[0], REFINEMENT[0]):
                words.append(Output(self._file(key)))
            else:
                words += values
        return words

    def first_task(self, threads=None):
        """Looks at the whole images, as far as it takes, and makes one pixel. Nothing else runs meanwhile: it may have all threads."""
        parameters = self._parameters.with_values(**{writes: [self._file(writes)] for writes, _ in self._told()})
        fingerprint = self._fingerprints.of(parameters, outputs=(*self._images, STATISTICS[0], REFINEMENT[0]), extra=["scene"])
        # The record lies beside the first output, which is the file that is needed, not the pixel.
        first = {writes: parameters[writes] for writes, _ in self._told()}
        ordered = parameters.with_values(**{key: None for key in first})
        ordered.values = {**first, **ordered.values}
        words = self._words(ordered, "&box=0:0:1:1", "pixel.tif")
        return Task("statistics of the scene", words, fingerprint, self._application.environment(threads), self._application.libraries())

    def tasks(self, side):
        """(tile, task) for each tile, once the first task is done."""
        with open(self._file(STATISTICS[0]), encoding="utf-8") as file:
            output = json.load(file)["output"]
        self.grid = Grid(output["columns"], output["rows"], output["block_columns"], output["block_rows"])
        known = {reads: [self._file(writes)] for writes, reads in self._told()}
        parameters = self._parameters.with_values(**{STATISTICS[0]: None, REFINEMENT[0]: None, **known})
        self._fingerprint = fingerprint = self._fingerprints.of(parameters, outputs=self._images)
        copies = {
            path: self._fingerprints.content(path)
            for values in parameters.values.values()
            for path in values
            if path.endswith(".json") and os.path.isfile(path)
        }
        environment, libraries = self._application.environment(self._threads), self._application.libraries()
        self.tiles = self.grid.tiles(side)
        return [
            Task(
                tile.name, self._words(parameters, tile.box, f"{tile.stem}.tif"), self._fingerprints.join(fingerprint, tile.box), environment, libraries, copies
            )
            for tile in self.tiles
        ]

    def write_mosaics(self, cloud, tell):
        """All tiles are there."""
        for key in self._images:
            vrt, image = self.mosaics[key]
            mosaic = Mosaic(vrt, self.grid, self.tiles, lambda tile, folder=self._folder(key): os.path.join(folder, f"{tile.stem}.tif"))
            mosaic.write_vrt()
            tell(f"{key}: {vrt}, {self.grid.columns} x {self.grid.rows} pixels of {len(self.tiles)} tiles in {self._folder(key)}")
            style = os.path.join(self._folder(key), f"{self.tiles[0].stem}.qml")
            for file in (vrt, image):
                if file and os.path.exists(style):
                    shutil.copyfile(style, os.path.splitext(file)[0] + ".qml")
            fingerprint = self._fingerprints.join(self._fingerprint, key, self.tiles, cloud)
            if image and not is_done(image, fingerprint):
                started = time.monotonic()
                mosaic.write_image(image, split_name(self._parameters[key][0])[1], cloud)
                write_record(image, fingerprint, {image: describe_file(image)}, time.monotonic() - started)
                tell(f"{key}: {image}, one image with overviews")
