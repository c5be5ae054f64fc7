#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the demo's pictures from the images in a folder and prints their paths.

usage: pictures.py FOLDER

Reads truth.tif, lr.tif, msi.tif, bicubic.tif, morph.tif, lift.tif, refined.tif (SpectraMorph's result, refined by the LR-HSI), auto.tif (of all methods),
abundances.tif and endmembers.tif; the last two are SpectraMorph's.
"""
import os
import sys

import matplotlib
import numpy as np
from osgeo import gdal

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

gdal.UseExceptions()

TRUE_COLOUR = (650, 550, 450)  # nm
FALSE_COLOUR = (850, 650, 550)
METHODS = {"bicubic": "up-sampled LR-HSI", "lift": "SpectraLift", "morph": "SpectraMorph", "refined": "SpectraMorph refined", "auto": "all, refined"}
COLOURS = {"truth": "black", "bicubic": "tab:orange", "lift": "tab:green", "morph": "tab:blue", "refined": "tab:purple", "auto": "tab:red"}

plt.rcParams.update({"font.size": 10, "axes.titlesize": 11, "figure.dpi": 110, "savefig.bbox": "tight", "legend.frameon": False})


def read(path):
    """The image as rows x columns x bands."""
    dataset = gdal.Open(path)
    cube = dataset.ReadAsArray().astype(np.float32)
    return np.atleast_3d(cube) if cube.ndim == 2 else cube.transpose(1, 2, 0)


def read_wavelengths(path):
    """The bands' centres [nm]."""
    dataset = gdal.Open(path)
    values = [dataset.GetRasterBand(band + 1).GetMetadataItem("wavelength") for band in range(dataset.RasterCount)]
    if None in values:
        raise SystemExit(f"{path}: band {values.index(None) + 1} has no wavelength in its metadata")
    return np.array(values, dtype=float)


def nearest(wavelengths, targets):
    return [int(np.argmin(np.abs(wavelengths - target))) for target in targets]


def matching_bands(msi, truth, bands):
    """The MSI's bands that resemble bands of the truth most."""
    return [int(np.argmin([np.mean((msi[..., m] - truth[..., b]) ** 2) for m in range(msi.shape[2])])) for b in bands]


def enlarge(image, shape):
    """Each coarse pixel as a square of fine ones."""
    return np.kron(image, np.ones((shape[0] // image.shape[0], shape[1] // image.shape[1], 1), dtype=image.dtype))


def spectral_angle(image, reference):
    """Per pixel [degrees]."""
    cosine = np.sum(image * reference, axis=2) / (np.linalg.norm(image, axis=2) * np.linalg.norm(reference, axis=2))
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def save(figure, folder, name):
    path = os.path.join(folder, name)
    figure.savefig(path)
    plt.close(figure)
    print(os.path.abspath(path))


def draw_images(folder, data, wavelengths):
    """Whole images and a detail, in true and false colour, all with the truth's stretch."""
    truth = data["truth"]
    titles = ["LR-HSI", "HR-MSI", METHODS["morph"], METHODS["refined"], METHODS["auto"], "truth"]
    rows, columns = truth.shape[:2]
    size = min(rows, columns) // 4
    detail = most_varied(truth, size)
    figure, axes = plt.subplots(4, 6, figsize=(18, 12.4), gridspec_kw={"wspace": 0.03, "hspace": 0.05})
    for pair, (name, targets) in enumerate([("true colour", TRUE_COLOUR), ("false colour", FALSE_COLOUR)]):
        bands = nearest(wavelengths, targets)
        low, high = np.percentile(truth[..., bands], (1, 98), axis=(0, 1))
        panels = [enlarge(data["lr"][..., bands], truth.shape), data["msi"][..., matching_bands(data["msi"], truth, bands)]]
        panels += [data[key][..., bands] for key in ("morph", "refined", "auto", "truth")]
        for column, (panel, title) in enumerate(zip(panels, titles)):
            picture = np.clip((panel - low) / (high - low), 0, 1) ** 0.8
            for row, view in enumerate([picture, picture[detail]]):
                axis = axes[2 * pair + row, column]
                axis.imshow(view, interpolation="nearest")
                axis.set(xticks=[], yticks=[])
            axes[2 * pair, column].add_patch(plt.Rectangle((detail[1].start, detail[0].start), size, size, fill=False, color="white", lw=1))
            if pair == 0:
                axes[0, column].set_title(title)
        label = f"{name} ({'/'.join(str(target) for target in targets)} nm)"
        axes[2 * pair, 0].set_ylabel(label)
        axes[2 * pair + 1, 0].set_ylabel("detail")
    save(figure, folder, "images.png")


def most_varied(truth, size):
    """The square window of that size, on a coarse grid, with the largest variance."""
    best = max(
        ((row, column) for row in range(0, truth.shape[0] - size + 1, size // 4) for column in range(0, truth.shape[1] - size + 1, size // 4)),
        key=lambda corner: truth[corner[0] : corner[0] + size, corner[1] : corner[1] + size, ::8].var(axis=(0, 1)).sum(),
    )
    return slice(best[0], best[0] + size), slice(best[1], best[1] + size)


def draw_errors(folder, data, wavelengths):
    """Spectral angle and root mean square error, per pixel and per band: before the refinement, and after it."""
    truth = data["truth"]
    angles = {key: spectral_angle(data[key], truth) for key in METHODS}
    errors = {key: np.sqrt(np.mean((data[key] - truth) ** 2, axis=2)) for key in METHODS}
    figure = plt.figure(figsize=(4.2 * len(METHODS), 12.5))
    grid = figure.add_gridspec(3, len(METHODS) + 1, width_ratios=len(METHODS) * (1,) + (0.04,), height_ratios=(1, 1, 0.75), wspace=0.05, hspace=0.15)
    for row, (maps, unit) in enumerate([(angles, "spectral angle [degrees]"), (errors, "RMSE over bands [reflectance]")]):
        limit = np.percentile(maps["bicubic"], 96)
        for column, (key, title) in enumerate(METHODS.items()):
            axis = figure.add_subplot(grid[row, column])
            drawn = axis.imshow(maps[key], vmin=0, vmax=limit, cmap="inferno", interpolation="nearest")
            mean = f"mean {maps[key].mean():.2f}°" if row == 0 else f"mean {maps[key].mean():.4f}"
            axis.set(title=f"{title}, {mean}" if row == 0 else mean, xticks=[], yticks=[])
        figure.colorbar(drawn, cax=figure.add_subplot(grid[row, -1]), label=unit, extend="max")
    axis = figure.add_subplot(grid[2, :-1])
    for key, title in METHODS.items():
        axis.plot(wavelengths, np.sqrt(np.mean((data[key] - truth) ** 2, axis=(0, 1))), color=COLOURS[key], label=title)
    axis.set(xlabel="wavelength [nm]", ylabel="RMSE over pixels [reflectance]", xlim=(wavelengths.min(), wavelengths.max()), ylim=(0, None))
    axis.grid(alpha=0.3)
    axis.legend(ncol=len(METHODS))
    save(figure, folder, "errors.png")


def draw_spectra(folder, data, wavelengths):
    """Spectra of single pixels of several kinds, where up-sampling has trouble."""
    truth = data["truth"]
    blue, green, red, infrared, shortwave = (truth[..., band] for band in nearest(wavelengths, (450, 550, 670, 860, 1650)))
    mean = truth.mean(axis=2)
    contrast = spectral_angle(data["bicubic"], truth)
    kinds = {
        "vegetation": (infrared - red) / (infrared + red) > 0.7,
        "water": (shortwave < 0.03) & (green > blue),
        "shadow": (shortwave < 0.03) & (green < 0.8 * blue),
        "dry ground": (shortwave > 1.15 * infrared) & (infrared > 0.15),
        "asphalt or dark roof": (mean > 0.04) & (mean < 0.15) & (np.abs(shortwave - red) < 0.4 * red),
        "bright": mean > np.percentile(mean, 98),
    }
    figure, axes = plt.subplots(2, 3, figsize=(15, 7.6), sharex=True, gridspec_kw={"wspace": 0.17, "hspace": 0.16})
    for axis, (kind, mask) in zip(axes.flat, kinds.items()):
        if not mask.any():
            axis.set_axis_off()
            continue
        # From the upper tenth of contrast, but no outlier.
        candidates = np.argwhere(mask & (contrast >= np.percentile(contrast[mask], 90)))
        row, column = candidates[len(candidates) // 2]
        axis.plot(wavelengths, truth[row, column], color=COLOURS["truth"], lw=2, label="truth")
        for key, title in METHODS.items():
            axis.plot(wavelengths, data[key][row, column], color=COLOURS[key], lw=1.2, label=title)
        axis.set(title=f"{kind}: column {column}, row {row}", xlim=(wavelengths.min(), wavelengths.max()), ylim=(0, None))
        axis.grid(alpha=0.3)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="upper center", ncol=len(METHODS) + 1, bbox_to_anchor=(0.5, 0.97))
    for axis in axes[:, 0]:
        axis.set_ylabel("reflectance")
    for axis in axes[1]:
        axis.set_xlabel("wavelength [nm]")
    save(figure, folder, "spectra.png")


def draw_endmembers(folder, endmembers, wavelengths):
    figure, axis = plt.subplots(figsize=(10, 5))
    for number, spectrum in enumerate(endmembers, 1):
        axis.plot(wavelengths, spectrum, label=f"endmember {number}", color=plt.get_cmap("tab10")((number - 1) % 10))
    axis.set(title="Endmembers (NMF of the LR-HSI)", xlabel="wavelength [nm]", ylabel="reflectance", xlim=(wavelengths.min(), wavelengths.max()))
    axis.set_ylim(0, None)
    axis.grid(alpha=0.3)
    axis.legend(ncol=2)
    save(figure, folder, "endmembers.png")


def draw_abundances(folder, abundances):
    """One map per endmember; each has its own scale, for the factors of an NMF have no common unit."""
    count = abundances.shape[2]
    columns = min(4, count)
    rows = -(-count // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(4.1 * columns, 3.4 * rows), squeeze=False, gridspec_kw={"wspace": 0.32, "hspace": 0.14})
    for number, axis in enumerate(axes.flat):
        axis.set(xticks=[], yticks=[])
        if number >= count:
            axis.set_axis_off()
            continue
        layer = abundances[..., number]
        limits = np.percentile(layer, (1, 99))
        drawn = axis.imshow(layer, vmin=min(0, limits[0]), vmax=limits[1], cmap="viridis", interpolation="nearest")
        axis.set_title(f"endmember {number + 1}")
        figure.colorbar(drawn, ax=axis, fraction=0.046, pad=0.03)
    figure.suptitle("Abundances estimated from the HR-MSI (factors of the endmembers, dimensionless)", y=0.95)
    save(figure, folder, "abundances.png")


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = sys.argv[1]
    data = {name: read(os.path.join(folder, name + ".tif")) for name in ("truth", "lr", "msi", *METHODS)}
    wavelengths = read_wavelengths(os.path.join(folder, "truth.tif"))
    abundances = read(os.path.join(folder, "abundances.tif"))
    # One row, a pixel an endmember.
    endmembers = read(os.path.join(folder, "endmembers.tif"))[0]
    draw_images(folder, data, wavelengths)
    draw_errors(folder, data, wavelengths)
    draw_spectra(folder, data, wavelengths)
    draw_endmembers(folder, endmembers, wavelengths)
    draw_abundances(folder, abundances)


if __name__ == "__main__":
    main()
