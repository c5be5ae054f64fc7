#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What tiles on several workers cost: the efficiency of workers against one, and what a tile takes beyond the time of its pixels.

A refined SpectralInversion of a synthetic scene (4 bands to --bands of int16, ratio 4), each run of one thread: as one run, then by spectramorph-farm with one
worker and with --workers. Efficiency is the time with one over that with all, over their number; what a tile takes beyond is the time of all tiles with one
worker less that of the one run, over the number of tiles. All is on the disk in the end. The farm's own part of it (staging, records, Dask) is measured with a launcher that only makes files.

Applications are those of OTB_APPLICATION_PATH, or of build/. For a figure that holds the machine has to be idle.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

import measured
from repeated_scene import RATIO, TILES, RepeatedScene

FARM = measured.REPOSITORY / "app" / "farm" / "spectramorph-farm"
THREADS = "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=2048, help="columns and lines (%(default)s)")
    parser.add_argument("--bands", type=int, default=100, help="of the result (%(default)s)")
    parser.add_argument("--tile", type=int, default=512, help="edge of a tile (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="against one (%(default)s)")
    parser.add_argument("--ram", type=int, default=256, help="MiB of each run (%(default)s)")
    parser.add_argument("--hidden", type=int, default=1024, help="units of the model (%(default)s)")
    parser.add_argument("--out", type=pathlib.Path, metavar="FOLDER", help="for the images, which are removed at the end (the system's temporary folder)")
    return parser.parse_args(arguments)


def records(folder):
    """Seconds of the whole scene's statistics, and of each tile."""
    seconds = {path.name: json.loads(path.read_text())["seconds"] for path in folder.glob("*.farm.json")}
    return seconds["scene.json.farm.json"], [value for name, value in seconds.items() if name.startswith("r")]


def farm(scene, name, workers, options, parameters):
    """Wall time of the whole, of the statistics, and of each tile."""
    command = [sys.executable, FARM, "--workers", workers, "--tile", options.tile, "SpectralInversion", *parameters, "-out", scene.path(f"{name}.vrt"), "int16"]
    wall = measured.measure(command)["seconds"]
    return (wall, *records(scene.path(f"{name}.tiles")))


def flush(path):
    """Seconds until a file is on the disk, as tiles are before they count."""
    start = time.perf_counter()
    with open(path, "rb") as file:
        os.fsync(file.fileno())
    return time.perf_counter() - start


def empty_launcher(scene, name):
    """A folder for PATH in which the launcher makes tiles of nothing."""
    folder = scene.path(name)
    folder.mkdir()
    script = folder / "otbApplicationLauncherCommandLine"
    real = shutil.which(script.name)
    # The path of the tile stands before its box.
    script.write_text(f'#!/bin/sh\ncase "$*" in *outscene*|*-help*) exec {real} "$@";; esac\nfor word; do case "$word" in *.tif\\?*) : >"${{word%%\\?*}}";; esac; done\n')
    script.chmod(0o755)
    return folder


def main():
    options = parse(sys.argv[1:])
    os.environ[THREADS] = "1"
    os.environ["OTB_APPLICATION_PATH"] = measured.applications()
    with tempfile.TemporaryDirectory(dir=options.out) as folder:
        scene = RepeatedScene(folder, options.bands, TILES)
        scene.prepare(options.hidden)
        scene.write("msi.tif", scene.multispectral, options.size, options.size)
        scene.write("hsi.tif", scene.coarse, options.size // RATIO, options.size // RATIO, RATIO)
        model = scene.path("model.json")
        parameters = ["-inms", scene.path("msi.tif"), "-inhs", scene.path("hsi.tif"), "-model", model, "-refine", "true", "-ram", options.ram]

        alone = measured.measure(measured.launch("SpectralInversion", [*parameters, "-out", scene.path("alone.tif"), "int16"]))["seconds"]
        alone += flush(scene.path("alone.tif"))
        scene.path("alone.tif").unlink()
        one, statistics_one, tiles_one = farm(scene, "one", 1, options, parameters)
        shutil.rmtree(scene.path("one.tiles"))
        several, _, tiles_several = farm(scene, "several", options.workers, options, parameters)
        shutil.rmtree(scene.path("several.tiles"))
        os.environ["PATH"] = f"{empty_launcher(scene, 'bin')}:{os.environ['PATH']}"
        options.tile = 256
        # No mosaic can be made of tiles of nothing: it ends there.
        try:
            farm(scene, "empty", 1, options, parameters)
        except measured.Failed:
            pass
        _, tiles_empty = records(scene.path("empty.tiles"))

    count = len(tiles_one)
    print(f"one run: {alone:.1f} s; {count} tiles by one worker {one:.1f} s ({statistics_one:.1f} s of them for the scene's statistics), by {options.workers} {several:.1f} s")
    print(f"efficiency of {options.workers} workers against one: {one / several / options.workers:.2f} of the whole, {sum(tiles_one) / sum(tiles_several):.2f} of the tiles alone")
    print(f"a tile takes {statistics.mean(tiles_one):.2f} s, {(sum(tiles_one) + statistics_one - alone) / count:.2f} s beyond its pixels' share of one run")
    print(f"of that the farm's own part is {1000 * statistics.median(tiles_empty):.0f} ms")


if __name__ == "__main__":
    main()
