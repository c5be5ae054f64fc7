# SPDX-License-Identifier: Apache-2.0
"""A small scene that obeys the sensors' model exactly: linear mixtures of four smooth spectra, seen by a coarse hyperspectral and a sharp multispectral sensor."""

import numpy

BANDS, SIZE, RATIO = 30, 24, 4
WAVELENGTHS = 402.5 + 20 * numpy.arange(BANDS)
WIDTHS = 18.25 + 0.1 * numpy.arange(BANDS)
# The sharp image's upper left corner is that of the coarse one.
COARSE_GRID = (500000, 40, 0, 5800000, 0, -40)
SHARP_GRID = (500000, 10, 0, 5800000, 0, -10)


def spectra():
    """Four smooth spectra of values in [0.05, 0.9], 4 x BANDS."""
    x = numpy.linspace(0, 1, BANDS)
    return numpy.array(
        [
            0.05 + 0.75 / (1 + numpy.exp(-(x - 0.5) * 18)) + 0.08 * numpy.exp(-((x - 0.25) ** 2) / 0.005),
            0.15 + 0.5 * x,
            0.6 - 0.35 * x + 0.1 * numpy.sin(5 * x),
            0.08 + 0.25 * numpy.exp(-((x - 0.12) ** 2) / 0.02),
        ]
    )


def abundances(size=SIZE * RATIO, seed=1):
    """Abundances of the four spectra, not negative and of sum one, 4 x size x size: fields with sharp edges, and gradients within."""
    generator = numpy.random.default_rng(seed)
    # Fields of 6 x 6 pixels: their edges cut the coarse pixels.
    field = numpy.kron(generator.integers(0, 4, (size // 6, size // 6)), numpy.ones((6, 6), int))
    y, x = numpy.mgrid[0:size, 0:size] / size
    logits = numpy.array([numpy.cos((3 + k) * x + (5 - k) * y + k) for k in range(4)]) + generator.normal(0, 0.2, (4, size, size))
    logits += 3.5 * (field == numpy.arange(4)[:, None, None])
    weights = numpy.exp(logits)
    return weights / weights.sum(0)


def response(bands=4):
    """Rows of sum one that overlap, bands x BANDS; one band is a panchromatic one over the visible."""
    if bands == 1:
        row = (WAVELENGTHS < 720).astype(float)
        return row[None] / row.sum()
    centers = numpy.linspace(450, 920, bands)
    rows = numpy.exp(-0.5 * ((WAVELENGTHS - centers[:, None]) / 40) ** 2)
    return rows / rows.sum(1, keepdims=True)


def coarsen(cube, ratio=RATIO):
    bands, rows, columns = cube.shape
    return cube.reshape(bands, rows // ratio, ratio, columns // ratio, ratio).mean((2, 4))


def scene(bands=4, seed=1):
    """Truth (sharp hyperspectral), coarse hyperspectral and sharp multispectral cube, in float32 between 0 and 1."""
    truth = numpy.tensordot(spectra().T, abundances(seed=seed), 1)
    return truth.astype("float32"), coarsen(truth).astype("float32"), numpy.tensordot(response(bands), truth, 1).astype("float32")


def root_mean_square(difference):
    return float(numpy.sqrt((numpy.asarray(difference, float) ** 2).mean()))
