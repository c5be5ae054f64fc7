#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Peak memory and time per pixel of the applications, for scenes that grow.

Runs each application through OTB's launcher on scenes of several sizes with several values of ram, and prints for each run the peak of resident memory [MiB]
and the time per pixel. Then a verdict per application: peaks at most ram + 350 MiB, the largest scene's at most 10 % over that of the first scene that exceeds ram.
Ends non-zero when a verdict is not good.

The scenes are a small synthetic scene repeated, as compressed GeoTIFF files that are written line by line: they need little disk, however large they are.
Applications are those of OTB_APPLICATION_PATH, or of build/.
"""
import argparse
import pathlib
import sys
import tempfile

import numpy as np
from osgeo import gdal

import measured

gdal.UseExceptions()

PATCH = 256
RATIO = 4
LIMIT = 350  # MiB over ram
GROWTH = 1.1
APPLICATIONS = [
    "SpectralInversion",
    "HyperspectralSuperResolution",
    "SpectralResponseDegradation",
    "SpatialDegradation",
    "LinearMixingSynthesis",
    "NMFEndmemberExtraction",
    "HyperspectralQuality",
]
CREATION = ["INTERLEAVE=PIXEL", "COMPRESS=DEFLATE", "ZLEVEL=1", "BIGTIFF=IF_SAFER"]


def shape(text):
    """Columns and lines, as in 4096x4096."""
    columns, lines = map(int, text.split("x"))
    return columns, lines


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sizes = [(1024, 1024), (2048, 2048), (4096, 2048)]
    parser.add_argument("--sizes", type=shape, nargs="+", default=sizes, metavar="COLUMNSxLINES", help="of the sharp scene (1024x1024 2048x2048 4096x2048)")
    parser.add_argument("--ram", type=int, nargs="+", default=[128, 512], help="MiB (%(default)s)")
    parser.add_argument("--bands", type=int, default=8, help="of the hyperspectral images (%(default)s)")
    parser.add_argument("--applications", nargs="+", default=APPLICATIONS, choices=APPLICATIONS, metavar="NAME", help="of %(choices)s; all by default")
    parser.add_argument("--strips", action="store_true", help="files of strips in place of tiles")
    parser.add_argument("--samples", type=int, default=32768, help="pixels to train on, 0 for as many as fit ram (%(default)s)")
    parser.add_argument("--out", type=pathlib.Path, metavar="FOLDER", help="for the images, which are removed at the end (the system's temporary folder)")
    return parser.parse_args(arguments)


class Scenes:
    """Images of any size of one place, and what the applications need besides."""

    def __init__(self, folder, bands, strips):
        self.folder, self.bands = pathlib.Path(folder), bands
        self.creation = CREATION if strips else [*CREATION, "TILED=YES"]
        measured.run([measured.find_program("otbSyntheticSceneGenerator"), "-out", self.path("patch.tif"), "-size", PATCH, PATCH, "-bands", bands,
                      "-type", "uint16", "-scale", 10000])  # fmt: skip
        self.patch = gdal.Open(str(self.path("patch.tif"))).ReadAsArray().astype(np.int16)
        # Each multispectral band the mean of a group of bands.
        response = np.zeros((4, bands))
        for band, group in enumerate(np.array_split(np.arange(bands), 4)):
            response[band, group] = 1 / len(group)
        np.savetxt(self.path("response.csv"), response, delimiter=",")
        self.multispectral = np.round(np.tensordot(response, self.patch, 1)).astype(np.int16)
        self.abundances = np.round(self.patch[:4] / 100).astype(np.int16)
        self.srf = ["-srf", "matrix", "-srf.matrix.in", self.path("response.csv")]

    def path(self, name):
        return self.folder / name

    def write(self, name, patch, columns, lines, spacing):
        """The patch, repeated over so many columns and lines of that spacing."""
        bands, height, width = patch.shape
        dataset = gdal.GetDriverByName("GTiff").Create(str(self.path(name)), columns, lines, bands, gdal.GDT_Int16, self.creation)
        dataset.SetGeoTransform((600000, spacing, 0, 5000000, 0, -spacing))
        stripe = np.tile(patch, (1, 1, -(-columns // width)))[:, :, :columns]
        for line in range(0, lines, height):
            dataset.WriteArray(stripe[:, : lines - line], 0, line)
        del dataset
        return self.path(name)

    def prepare(self):
        """A model, and endmembers."""
        coarse = self.write("small.tif", self.patch, PATCH, PATCH, RATIO)
        measured.run_application("TrainSpectralInversion", ["-inhs", coarse, *self.srf, "-method.morph.ne", 4, "-epochs", 5, "-out", self.path("model.json")])
        measured.run_application("NMFEndmemberExtraction", ["-in", coarse, "-ne", 4, "-outendm", self.path("endmembers.tif")])

    def make(self, columns, lines):
        """The images of one size."""
        self.write("msi.tif", self.multispectral, columns, lines, 1)
        self.write("hsi.tif", self.patch, columns, lines, 1)
        self.write("fused.tif", np.roll(self.patch, 1, axis=2), columns, lines, 1)
        self.write("coarse.tif", self.patch, columns // RATIO, lines // RATIO, RATIO)
        self.write("abundances.tif", self.abundances, columns, lines, 1)

    def parameters(self, application, samples):
        """The parameters of a run, but for ram."""
        compressed = "?" + "".join(f"&gdal:co:{option}" for option in self.creation)
        out = ["-out", f"{self.path('out.tif')}{compressed}", "int16"]
        return {
            "SpectralInversion": ["-inms", self.path("msi.tif"), "-model", self.path("model.json"), *out],
            "HyperspectralSuperResolution": ["-inhs", self.path("coarse.tif"), "-inms", self.path("msi.tif"), *self.srf, "-method.morph.ne", 4,
                                             "-samples", samples, "-epochs", 2, *out],
            "SpectralResponseDegradation": ["-in", self.path("hsi.tif"), *self.srf, *out],
            "SpatialDegradation": ["-in", self.path("hsi.tif"), "-ratio", RATIO, "-psf", "gaussian", "-sigma", 1.7, *out],
            "LinearMixingSynthesis": ["-in", self.path("abundances.tif"), "-ie", self.path("endmembers.tif"), *out],
            "NMFEndmemberExtraction": ["-in", self.path("hsi.tif"), "-ne", 4, "-outendm", self.path("out.tif")],
            "HyperspectralQuality": ["-in", self.path("fused.tif"), "-ref", self.path("hsi.tif"), "-ratio", RATIO],
        }[application]  # fmt: skip


def run(options, scenes):
    """Peak by application, size and ram; prints a line for each."""
    peaks = {}
    print(f"{'application':32}{'scene':>14}{'ram':>6}{'peak [MiB]':>12}{'ns/pixel':>10}{'s':>8}")
    for columns, lines in options.sizes:
        scenes.make(columns, lines)
        for application in options.applications:
            for ram in options.ram:
                seconds, peak = measured.run_application(application, [*scenes.parameters(application, options.samples), "-ram", ram])
                scenes.path("out.tif").unlink(missing_ok=True)
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
        # A scene that fits ram is no yardstick.
        large = [peak for pixels, peak in mine.items() if 4 * pixels * options.bands >= ram << 20]
        growth.append(large[-1] / large[0] if large else 1)
    good = max(over) <= LIMIT and max(growth) <= GROWTH
    text = f"at most ram + {max(over):.0f} MiB (limit {LIMIT}), largest scene {max(growth):.2f} times the first that exceeds ram (limit {GROWTH})"
    print(f"{application}: {text}: {'good' if good else 'BAD'}")
    return good


def main():
    options = parse(sys.argv[1:])
    with tempfile.TemporaryDirectory(dir=options.out) as folder:
        scenes = Scenes(folder, options.bands, options.strips)
        scenes.prepare()
        peaks = run(options, scenes)
    return 0 if all([verdict(options, application, peaks) for application in options.applications]) else 1


if __name__ == "__main__":
    sys.exit(main())
