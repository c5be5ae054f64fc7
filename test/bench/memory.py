#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Peak memory and time per pixel of the applications, for scenes that grow.

Runs each application through OTB's launcher on scenes of several sizes with several values of ram, and prints for each run the peak of resident memory [MiB]
and the time per pixel. Then a verdict per application: peaks at most ram + 350 MiB, the largest scene's at most 10 % over that of the first scene of eight
times ram. Smaller ones are no yardstick: OTB cuts them into so few pieces, of whole tiles of the file, that a piece need not fill ram.
Ends non-zero when a verdict is not good.

The scenes are a small synthetic scene repeated, as compressed GeoTIFF files that are written line by line: they need little disk, however large they are.
Applications are those of OTB_APPLICATION_PATH, or of build/.
"""
import argparse
import pathlib
import sys
import tempfile

import numpy as np

import measured
from repeated_scene import DEFLATE, RATIO, TILES, RepeatedScene

HIDDEN = 64  # units of the networks: they take time, not memory
LIMIT = 350  # MiB over ram
GROWTH = 1.1
REFINED = "SpectralInversion-refined"
EXPECTED = "SpectralInversion-expected"  # refined, and the errors expected
APPLICATIONS = [
    "SpectralInversion",
    REFINED,
    EXPECTED,
    "HyperspectralSuperResolution",
    "SpectralResponseDegradation",
    "SpatialDegradation",
    "LinearMixingSynthesis",
    "NMFEndmemberExtraction",
    "HyperspectralQuality",
]


def shape(text):
    """Columns and lines, as in 4096x4096."""
    columns, lines = map(int, text.split("x"))
    return columns, lines


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = [(1024, 1024), (4096, 4096), (8192, 4096)]
    parser.add_argument("--sizes", type=shape, nargs="+", default=sizes, metavar="COLUMNSxLINES", help="of the sharp scene (1024x1024 4096x4096 8192x4096)")
    parser.add_argument("--ram", type=int, nargs="+", default=[128, 512], help="MiB (%(default)s)")
    parser.add_argument("--bands", type=int, default=8, help="of the hyperspectral images (%(default)s)")
    parser.add_argument("--applications", nargs="+", default=APPLICATIONS, choices=APPLICATIONS, metavar="NAME", help="of %(choices)s; all by default")
    parser.add_argument("--strips", action="store_true", help="files of strips in place of tiles")
    parser.add_argument("--samples", type=int, default=32768, help="pixels to train on, 0 for as many as fit ram (%(default)s)")
    parser.add_argument("--out", type=pathlib.Path, metavar="FOLDER", help="for the images, which are removed at the end (the system's temporary folder)")
    return parser.parse_args(arguments)


def make(scene, columns, lines):
    """The images of one size."""
    scene.write("msi.tif", np.round(scene.multispectral).astype(np.int16), columns, lines)
    scene.write("hsi.tif", scene.patch, columns, lines)
    scene.write("fused.tif", np.roll(scene.patch, 1, axis=2), columns, lines)
    scene.write("coarse.tif", scene.coarse, columns // RATIO, lines // RATIO, RATIO)
    scene.write("abundances.tif", scene.abundances, columns, lines)


def parameters(scene, application, samples):
    """The parameters of a run, but for ram."""
    msi, hsi, fused, coarse = (scene.path(name) for name in ("msi.tif", "hsi.tif", "fused.tif", "coarse.tif"))
    train = [*scene.srf, "-method.morph.ne", scene.ne, "-method.morph.hidden", HIDDEN, "-samples", samples, "-epochs", 2]
    out = scene.output()
    refined = ["-inms", msi, "-inhs", coarse, "-refine", "true", "-model", scene.path("model.json"), *out]
    return {
        "SpectralInversion": ["-inms", msi, "-model", scene.path("model.json"), *out],
        REFINED: refined,
        EXPECTED: [*refined, "-outunc", scene.path("expected.tif"), "float"],
        "HyperspectralSuperResolution": ["-inhs", coarse, "-inms", msi, "-refine", "true", *train, *out],
        "SpectralResponseDegradation": ["-in", hsi, *scene.srf, *out],
        "SpatialDegradation": ["-in", hsi, "-ratio", RATIO, "-psf", "gaussian", "-sigma", 1.7, *out],
        "LinearMixingSynthesis": ["-in", scene.path("abundances.tif"), "-ie", scene.path("endmembers.tif"), *out],
        "NMFEndmemberExtraction": ["-in", hsi, "-ne", scene.ne, "-outendm", scene.path("out.tif")],
        "HyperspectralQuality": ["-in", fused, "-ref", hsi, "-ratio", RATIO],
    }[application]


def run(options, scene):
    """Peak by application, size and ram; prints a line for each."""
    peaks = {}
    print(f"{'application':32}{'scene':>14}{'ram':>6}{'peak [MiB]':>12}{'ns/pixel':>10}{'s':>8}")
    for columns, lines in options.sizes:
        make(scene, columns, lines)
        for application in options.applications:
            for ram in options.ram:
                seconds, peak = measured.run_application(application.split("-")[0], [*parameters(scene, application, options.samples), "-ram", ram])
                scene.path("out.tif").unlink(missing_ok=True)
                peaks[application, columns * lines, ram] = peak
                nanoseconds = 1e9 * seconds / (columns * lines)
                print(f"{application:32}{f'{columns}x{lines}':>14}{ram:6}{peak:12.0f}{nanoseconds:10.1f}{seconds:8.1f}", flush=True)
    return peaks


def verdict(options, application, peaks):
    """Whether the application keeps to its limits, which it prints."""
    over, growth = [], []
    for ram in options.ram:
        mine = {pixels: peak for (name, pixels, given), peak in sorted(peaks.items()) if (name, given) == (application, ram)}
        over.append(max(mine.values()) - ram)
        large = [peak for pixels, peak in mine.items() if 4 * pixels * options.bands >= 8 * ram << 20]
        growth.append(large[-1] / large[0] if large else 1)
    good = max(over) <= LIMIT and max(growth) <= GROWTH
    text = f"at most ram + {max(over):.0f} MiB (limit {LIMIT}), largest scene {max(growth):.2f} times the first of eight times ram (limit {GROWTH})"
    print(f"{application}: {text}: {'good' if good else 'BAD'}")
    return good


def main():
    options = parse(sys.argv[1:])
    with tempfile.TemporaryDirectory(dir=options.out) as folder:
        scene = RepeatedScene(folder, options.bands, DEFLATE if options.strips else [*DEFLATE, *TILES])
        scene.prepare(HIDDEN)
        peaks = run(options, scene)
    return 0 if all([verdict(options, application, peaks) for application in options.applications]) else 1


if __name__ == "__main__":
    sys.exit(main())
