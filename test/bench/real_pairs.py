#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Fuses pairs of real images one scale up, where the truth is known, with and without radiometric harmonisation: prints scores and draws pictures.

usage: real_pairs.py DATA [--out FOLDER]

DATA holds paris_hyperion.tif and paris_ali.tif, two sensors over Paris on one grid, with paris_hyperion_bands.txt, the numbers of Hyperion's bands; or
enmap_potsdam.img and srf/sentinel2a_msi.csv, an EnMAP image and Sentinel-2's curves, from which the multispectral image is simulated and given gains and
offsets of its own. Pairs that are not there are skipped. The hyperspectral image, made coarser by 3, is fused with the multispectral one and compared with
itself.

Applications are those of OTB_APPLICATION_PATH, or of build/.
"""

import argparse
import json
import pathlib
import re
import sys
import tempfile

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "app"))
from launcher import read_image, run, write_image  # noqa: E402

RATIO = 3
PIXEL = 30
# Centre and full width at half maximum [nm] of ALI's multispectral bands, from the edges in Lencioni et al. 1999: 1', 1, 2, 3, 4, 4', 5', 5, 7.
ALI = "443:20,482.5:65,565:80,660:60,790:30,867.5:45,1250:100,1650:200,2215:270"
# What calibration, atmosphere and processors do to two real images, and more.
GAINS = numpy.array([0.7, 1.1, 0.9, 1.3, 0.8, 1.2, 1.0, 0.75, 1.25, 0.95])
OFFSETS = numpy.array([0.02, -0.01, 0.03, 0.01, -0.02, 0.02, 0.015, 0.03, -0.01, 0.02])


def succeed(application, **parameters):
    code, log = run(application, **parameters)
    if code != 0:
        sys.exit(log)
    return log


def grid(pixel):
    return (500000, pixel, 0, 5400000, 0, -pixel)


def coarsen(cube):
    bands, rows, columns = cube.shape
    return cube.reshape(bands, rows // RATIO, RATIO, columns // RATIO, RATIO).mean((2, 4))


def crop(cube):
    return cube[:, : cube.shape[1] // RATIO * RATIO, : cube.shape[2] // RATIO * RATIO]


class Pair:
    """Images of one place in a folder: truth.tif, coarse.tif, sharp.tif; wavelengths [nm]; and the parameters of the spectral response."""

    def __init__(self, name, folder, truth, sharp, wavelengths, response):
        self.name, self.folder, self.wavelengths = name, folder, wavelengths
        folder.mkdir(parents=True, exist_ok=True)
        self.truth = write_image(folder / "truth.tif", truth.astype("float32"), wavelengths, geotransform=grid(PIXEL), epsg=32631)
        self.coarse = write_image(folder / "coarse.tif", coarsen(truth).astype("float32"), wavelengths, geotransform=grid(PIXEL * RATIO), epsg=32631)
        self.sharp = write_image(folder / "sharp.tif", sharp.astype("float32"), geotransform=grid(PIXEL), epsg=32631)
        self.response = response

    def matched_by_hand(self):
        """The sharp image with the mean and standard deviation, over all pixels, of what the response makes of the coarse one: at unequal scales."""
        seen = self.folder / "seen.tif"
        succeed("SpectralResponseDegradation", **{"in": self.coarse}, **self.response, out=seen)
        target, source = read_image(seen), read_image(self.sharp)
        gain = target.std((1, 2)) / source.std((1, 2))
        matched = (source - source.mean((1, 2))[:, None, None]) * gain[:, None, None] + target.mean((1, 2))[:, None, None]
        return write_image(self.folder / "matched.tif", matched.astype("float32"), geotransform=grid(PIXEL), epsg=32631)

    def score(self, image):
        scores = self.folder / "scores.json"
        succeed("HyperspectralQuality", **{"in": image}, ref=self.truth, peak=1, ratio=RATIO, outjson=scores)
        overall = json.loads(scores.read_text())["reference"]["overall"]
        return overall["psnr"], overall["sam"]

    def fuse(self, method, name, **parameters):
        out = self.folder / f"{method}_{name}.tif"
        inputs = {"inhs": self.coarse, "inms": self.sharp, "refine": "false", **parameters}
        return out, succeed("HyperspectralSuperResolution", **inputs, **self.response, method=method, rand=1, out=out)


def paris(data, folder):
    numbers = numpy.loadtxt(data / "paris_hyperion_bands.txt")
    # Hyperion's bands lie evenly in each of its two spectrometers.
    wavelengths = numpy.where(numbers <= 57, 427 + (numbers - 8) * (925 - 427) / 49, 912 + (numbers - 77) * (2396 - 912) / 147)
    return Pair("Hyperion and ALI, Paris", folder, crop(read_image(data / "paris_hyperion.tif")), crop(read_image(data / "paris_ali.tif")), wavelengths,
                {"srf": "bands", "srf_bands_list": ALI})


def potsdam(data, folder):
    from osgeo import gdal

    image = gdal.Open(str(data / "enmap_potsdam.img"))
    wavelengths = [float(image.GetRasterBand(band + 1).GetMetadataItem("wavelength")) for band in range(image.RasterCount)]
    response = {"srf": "file", "srf_file_in": data / "srf" / "sentinel2a_msi.csv"}
    truth = crop(image.ReadAsArray().astype(float)) / 10000
    pair = Pair("EnMAP and simulated Sentinel-2, Potsdam", folder, truth, truth[:1], wavelengths, response)
    succeed("SpectralResponseDegradation", **{"in": pair.truth}, **response, snr=40, out=pair.sharp)
    disturbed = (read_image(pair.sharp) - OFFSETS[:, None, None]) / GAINS[:, None, None]
    write_image(pair.sharp, disturbed.astype("float32"), geotransform=grid(PIXEL), epsg=32631)
    return pair


def draw(pair, panels):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    bands = [int(numpy.argmin(abs(numpy.asarray(pair.wavelengths) - target))) for target in (860, 650, 550)]
    truth = read_image(pair.truth)
    low, high = (numpy.percentile(truth[bands], share, axis=(1, 2))[:, None, None] for share in (1, 98))
    figure, axes = plt.subplots(1, len(panels), figsize=(3.4 * len(panels), 3.4 * truth.shape[1] / truth.shape[2] + 0.4))
    for axis, (title, path) in zip(axes, panels):
        axis.imshow(numpy.clip((read_image(path)[bands] - low) / (high - low), 0, 1).transpose(1, 2, 0), interpolation="nearest")
        axis.set(title=title, xticks=[], yticks=[])
    picture = pair.folder / "picture.png"
    figure.savefig(picture, bbox_inches="tight", dpi=110)
    print(f"\n{picture}\n")


def report(pair):
    print(f"## {pair.name}\n\n| fused | PSNR dB | angle deg |\n|---|---|---|")
    nearest = write_image(pair.folder / "nearest.tif", numpy.kron(read_image(pair.coarse), numpy.ones((1, RATIO, RATIO))).astype("float32"),
                          geotransform=grid(PIXEL), epsg=32631)
    rows, panels, line = [("up-sampled, nearest", nearest)], [("hyperspectral", nearest)], ""
    for method in ("morph", "lift"):
        for name, parameters in (("none", {"radio": "none"}), ("matched", {"radio": "none", "inms": pair.matched_by_hand()}), ("affine", {"radio": "affine"}),
                                 ("refined", {"radio": "affine", "refine": "auto"})):
            out, log = pair.fuse(method, name, **parameters)
            titles = {"matched": "mean and deviation matched by hand", "refined": "-radio affine, refined"}
            rows.append((f"{method}, {titles.get(name, '-radio ' + name)}", out))
            if method == "morph" and name != "matched":
                panels.append((f"{method} -radio {name}", out))
            line = (re.findall(r"Radiometry: .*", log) or [line])[-1]
    out, _ = pair.fuse("auto", "auto", radio="affine", refine="auto")
    rows.append(("auto, -radio affine, refined", out))
    for name, image in rows:
        print("| {} | {:.2f} | {:.2f} |".format(name, *pair.score(image)))
    print(f"\n{line}")
    draw(pair, panels + [("truth", pair.truth)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path, help="folder of the images")
    parser.add_argument("--out", type=pathlib.Path, help="folder for results (a new one)")
    arguments = parser.parse_args()
    out = arguments.out or pathlib.Path(tempfile.mkdtemp(prefix="real_pairs_"))
    for name, needs, make in (("paris", "paris_ali.tif", paris), ("potsdam", "enmap_potsdam.img", potsdam)):
        if (arguments.data / needs).exists():
            report(make(arguments.data, out / name))
        else:
            print(f"{name} is skipped: {arguments.data / needs} is not there")


if __name__ == "__main__":
    main()
