#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Time of the applications over the time that OTB takes to copy an image of their larger side's size and type.

The images are tiled GeoTIFF files of a synthetic scene: a multispectral image of 4 float bands, a hyperspectral one of int16. The copy is ExtractROI's of the
hyperspectral image. Every application and the copy run in turn, several times over, the page cache in the same state: the files were just written or read.
Prints a line per application: medians of wall and processor time, and their ratios to the copy's.

Applications are those of OTB_APPLICATION_PATH, or of build/. Scenes that do not fit the page cache are a matter of the disk: --size 4096 --runs 1 makes
13 GB of files.
"""
import argparse
import pathlib
import statistics
import sys
import tempfile

import measured
from repeated_scene import RATIO, TILES, RepeatedScene

COPY = "ExtractROI"
REFINED = "SpectralInversion-refined"


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1024, help="columns and lines (%(default)s)")
    parser.add_argument("--bands", type=int, default=191, help="of the hyperspectral image (%(default)s)")
    parser.add_argument("--ram", type=int, default=256, help="MiB (%(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts (%(default)s)")
    parser.add_argument("--applications", nargs="+", metavar="NAME", help="all by default")
    parser.add_argument("--strips", action="store_true", help="files of strips in place of tiles")
    parser.add_argument("--out", type=pathlib.Path, metavar="FOLDER", help="for the images, which are removed at the end (the system's temporary folder)")
    return parser.parse_args(arguments)


def jobs(scene):
    """The parameters of the applications, but for ram."""
    msi, hsi, abundances = (scene.path(name) for name in ("msi.tif", "hsi.tif", "abundances.tif"))
    out = scene.output()
    return {
        "SpectralInversion": ["-inms", msi, "-model", scene.path("model.json"), *out],
        REFINED: ["-inms", msi, "-inhs", scene.path("coarse.tif"), "-refine", "true", "-model", scene.path("model.json"), *out],
        "LinearMixingSynthesis": ["-in", abundances, "-ie", scene.path("endmembers.tif"), *out],
        "SpectralResponseDegradation": ["-in", hsi, *scene.srf, *out],
        "SpatialDegradation": ["-in", hsi, "-ratio", RATIO, "-psf", "gaussian", "-sigma", 1.7, *out],
        "HyperspectralQuality": ["-in", hsi, "-ref", scene.path("copy.tif"), "-ratio", RATIO],
    }


def main():
    options = parse(sys.argv[1:])
    with tempfile.TemporaryDirectory(dir=options.out) as folder:
        scene = RepeatedScene(folder, options.bands, [] if options.strips else TILES)
        scene.prepare()
        scene.write("msi.tif", scene.multispectral, options.size, options.size)
        scene.write("hsi.tif", scene.patch, options.size, options.size)
        scene.write("coarse.tif", scene.coarse, options.size // RATIO, options.size // RATIO, RATIO)
        scene.write("abundances.tif", scene.abundances, options.size, options.size)
        commands = {COPY: [f"otbcli_{COPY}", "-in", scene.path("hsi.tif"), *scene.output("copy.tif")]}
        for name, parameters in jobs(scene).items():
            if name in (options.applications or jobs(scene)):
                commands[name] = measured.launch(name.split("-")[0], parameters)
        figures = {name: [] for name in commands}
        for _ in range(options.runs):
            for name, command in commands.items():
                figures[name].append(measured.measure([*command, "-ram", options.ram]))
                scene.path("out.tif").unlink(missing_ok=True)
    medians = {name: [statistics.median(run[key] for run in runs) for key in ("seconds", "cpu")] for name, runs in figures.items()}
    wall, cpu = medians[COPY]
    for name, (seconds, processor) in medians.items():
        print(f"{name}: {seconds:.2f} s, processor {processor:.2f} s; {seconds / wall:.2f} and {processor / cpu:.2f} times the copy's")


if __name__ == "__main__":
    main()
