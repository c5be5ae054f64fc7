# SPDX-License-Identifier: Apache-2.0
"""A small scene whose fields have spectra that no multispectral pixel tells, and the two sensors that look at it: with blur, displacement, clouds, seasons."""

import numpy

import mixed_scene
from mixed_scene import BANDS, RATIO, response

NOISE = 0.003  # standard deviation, of the hyperspectral image; half of it of the other


def hidden_directions(count=3):
    """Smooth spectra that the response sees nothing of, of standard deviation one, count x BANDS."""
    x = numpy.linspace(0, 1, BANDS)
    waves = numpy.array([numpy.sin((7 + 5 * k) * x + k) for k in range(count)])
    rows = response()
    waves -= waves @ numpy.linalg.pinv(rows) @ rows
    return waves / waves.std(1, keepdims=True)


def truth(seed=1, hidden=0.03):
    """The sharp hyperspectral scene, BANDS x 96 x 96: linear mixtures, and in each field of 12 x 12 pixels a hidden deviation of its own, of that size."""
    cube = numpy.tensordot(mixed_scene.spectra().T, mixed_scene.abundances(96, seed), 1)
    fields = numpy.random.default_rng(100 + seed).normal(0, 1, (3, 8, 8))
    return cube + hidden * numpy.tensordot(hidden_directions().T, numpy.kron(fields, numpy.ones((12, 12))), 1)


def blurred(cube, sigma):
    """By a Gaussian; beyond its border the scene is mirrored."""
    radius = int(numpy.ceil(4 * sigma))
    weights = numpy.exp(-0.5 * (numpy.arange(-radius, radius + 1) / sigma) ** 2)
    weights /= weights.sum()
    for axis in (1, 2):
        padded = numpy.pad(cube, [(radius, radius) if number == axis else (0, 0) for number in range(3)], "symmetric")
        cube = sum(weight * numpy.take(padded, range(start, start + cube.shape[axis]), axis) for start, weight in enumerate(weights))
    return cube


def hyperspectral(cube, ratio=RATIO, sigma=1.5, shift=0, seed=5):
    """What the coarse sensor sees: blurred, displaced by sharp pixels along columns, averaged, with noise."""
    seen = mixed_scene.coarsen(numpy.roll(blurred(cube, sigma), shift, 2), ratio)
    return (seen + numpy.random.default_rng(seed).normal(0, NOISE, seen.shape)).astype("float32")


def multispectral(cube, seed=6):
    seen = numpy.tensordot(response(), cube, 1)
    return (seen + numpy.random.default_rng(seed).normal(0, NOISE / 2, seen.shape)).astype("float32")


def psnr(estimate, reference, where=slice(None)):
    """For a peak of 1, over the columns that `where` says."""
    return -10 * numpy.log10(((estimate - reference)[:, :, where].astype(float) ** 2).mean())
