#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Methods to compare with, implemented plainly for that alone: whole images in memory, the blur and the response of the sensors known.

usage: comparison.py METHOD HSI MSI SRF PSF RATIO OUT

METHOD is one of
  nearest  up-sampling of the LR-HSI, a coarse pixel a square
  bicubic  up-sampling of the LR-HSI by cubic convolution
  gsa      Gram-Schmidt adaptive (Aiazzi, Baronti & Selva 2007); each hyperspectral band is sharpened by the multispectral band it correlates with most, as in
           the review of Yokoya, Grohnfeldt & Chanussot 2017
  cnmf     coupled non-negative matrix factorisation (Yokoya, Yairi & Iwasaki 2012)
  hysure   subspace regularisation by vector total variation (Simoes, Bioucas-Dias, Almeida & Chanussot 2015), by ADMM

Arrays are (bands, rows, columns); SRF and PSF are tables of numbers separated by commas.
"""
import sys

import numpy
from osgeo import gdal

from scene import read, write

TINY = 1e-9


def upsample(cube, ratio, kernel):
    """Enlarges each band by the ratio; goes by the ground, so no shift of half a pixel. Kernel: near or cubic."""
    bands, rows, columns = cube.shape
    coarse = gdal.GetDriverByName("MEM").Create("", columns, rows, bands, gdal.GDT_Float32)
    coarse.SetGeoTransform((0, ratio, 0, rows * ratio, 0, -ratio))
    coarse.WriteArray(numpy.ascontiguousarray(cube, dtype=numpy.float32))
    extent = (0, 0, columns * ratio, rows * ratio)
    fine = gdal.Warp("", coarse, format="MEM", outputBounds=extent, width=columns * ratio, height=rows * ratio, resampleAlg=kernel)
    return fine.ReadAsArray().reshape(bands, rows * ratio, columns * ratio)


def degrade(cube, psf, ratio):
    """Convolution with zeros outside, then the mean of every block: the sensor of the LR-HSI."""
    rows, columns = cube.shape[1:]
    size = rows + psf.shape[0] - 1, columns + psf.shape[1] - 1
    blurred = numpy.fft.irfft2(numpy.fft.rfft2(cube, size) * numpy.fft.rfft2(psf, size), size)
    top, left = psf.shape[0] // 2, psf.shape[1] // 2
    blurred = blurred[:, top : top + rows, left : left + columns]
    return blurred.reshape(len(cube), rows // ratio, ratio, columns // ratio, ratio).mean((2, 4))


def gsa(hsi, msi, psf, ratio):
    """Per group of bands: intensity i = the combination of bands that is closest to the coarse sharp band, then x_b = y_b + cov(y_b, i) / var(i) (m - i)."""
    coarse = degrade(msi, psf, ratio).reshape(len(msi), -1)
    spectra = hsi.reshape(len(hsi), -1)
    fine = upsample(hsi, ratio, "cubic").reshape(len(hsi), -1)
    group = numpy.corrcoef(spectra, coarse)[: len(hsi), len(hsi) :].argmax(1)
    fused = numpy.empty_like(fine)
    for index, sharp in enumerate(msi.reshape(len(msi), -1)):
        bands = group == index
        if not bands.any():
            continue
        design = numpy.vstack([spectra[bands], numpy.ones_like(spectra[:1])])
        weights = numpy.linalg.lstsq(design.T, coarse[index], rcond=None)[0]
        intensity = weights[:-1] @ fine[bands] + weights[-1]
        centred = intensity - intensity.mean()
        gain = fine[bands] @ centred / (centred @ centred)
        fused[bands] = fine[bands] + numpy.outer(gain, sharp - intensity)
    return fused.reshape(len(hsi), *msi.shape[1:])


def purest_spectra(spectra, number):
    """Successive projections (Araujo et al. 2001): the longest spectrum, then the longest of what is orthogonal to those found."""
    rest, chosen = spectra.copy(), []
    for _ in range(number):
        chosen.append(numpy.argmax((rest**2).sum(0)))
        direction = rest[:, chosen[-1]] / (numpy.linalg.norm(rest[:, chosen[-1]]) + TINY)
        rest -= numpy.outer(direction, direction @ rest)
    return spectra[:, chosen]


def cnmf(hsi, msi, srf, psf, ratio, endmembers=30, outer=3, inner=100, sum_weight=0.2):
    """Unmixes the LR-HSI for endmembers W and the HR-MSI for abundances H in turn, Y = W S(H) and M = R W H, by multiplicative updates; returns W H.

    S is the coarse sensor. Abundances sum to one: the data get another row, sum_weight x ones, and that row's coarse version tells the border's darkening.
    """
    shape = msi.shape[1:]
    shade = degrade(numpy.ones((1, *shape)), psf, ratio).reshape(1, -1)
    coarse, fine = numpy.maximum(hsi.reshape(len(hsi), -1), TINY), numpy.maximum(msi.reshape(len(msi), -1), TINY)
    coarse_with_sum = numpy.vstack([coarse, sum_weight * shade])
    fine_with_sum = numpy.vstack([fine, numpy.full((1, fine.shape[1]), sum_weight)])

    def update_abundances(spectra, abundances, data):
        spectra = numpy.vstack([spectra, numpy.full((1, spectra.shape[1]), sum_weight)])
        projected, gram = spectra.T @ data, spectra.T @ spectra
        for _ in range(inner):
            abundances *= projected / (gram @ abundances + TINY)

    def update_both(spectra, abundances):
        for _ in range(inner):
            spectra *= (coarse @ abundances.T) / (spectra @ (abundances @ abundances.T) + TINY)
            with_sum = numpy.vstack([spectra, numpy.full((1, spectra.shape[1]), sum_weight)])
            abundances *= (with_sum.T @ coarse_with_sum) / (with_sum.T @ with_sum @ abundances + TINY)

    endmembers = min(endmembers, coarse.shape[1])
    spectra = purest_spectra(coarse / numpy.maximum(shade, 0.1), endmembers)
    small = numpy.repeat(numpy.maximum(shade, TINY) / endmembers, endmembers, axis=0)
    update_abundances(spectra, small, coarse_with_sum)
    update_both(spectra, small)
    abundances = numpy.maximum(upsample(small.reshape(endmembers, *hsi.shape[1:]), ratio, "near").reshape(endmembers, -1), TINY).astype(float)
    for _ in range(outer):
        update_abundances(srf @ spectra, abundances, fine_with_sum)
        # Kernels with negative lobes may give negative sums.
        small = numpy.maximum(degrade(abundances.reshape(endmembers, *shape), psf, ratio).reshape(endmembers, -1), TINY)
        for _ in range(inner):
            spectra *= (coarse @ small.T) / (spectra @ (small @ small.T) + TINY)
    update_abundances(srf @ spectra, abundances, fine_with_sum)
    return (spectra @ abundances).reshape(len(hsi), *shape)


def hysure(hsi, msi, srf, psf, ratio, dimension=5, weight_of_variation=5e-4, step=0.05, iterations=200):
    """X = E Z with E the leading left singular vectors of Y; Z minimises |Y - E S(Z)|^2 / 2 + |M - R E Z|^2 / 2 + weight x vector total variation of Z.

    S is the coarse sensor, on an image that continues periodically; coarse pixels that the protocol's zeros outside have darkened say nothing. Split as S's blur, Z, and Z's differences along rows and columns (equations 10 to 15).
    """
    shape, coarse = msi.shape[1:], hsi.reshape(len(hsi), -1)
    dimension = min(dimension, *coarse.shape)
    basis = numpy.linalg.svd(coarse, full_matrices=False)[0][:, :dimension]

    def transfer(kernel, centre):
        """Of the correlation-free convolution with a kernel whose entry `centre` is the pixel itself."""
        padded = numpy.zeros(shape)
        padded[: kernel.shape[0], : kernel.shape[1]] = kernel
        return numpy.fft.rfft2(numpy.roll(padded, (-centre[0], -centre[1]), (0, 1)))

    # The blur, then the mean of the block that begins at the sampled pixel.
    blur = transfer(psf, (psf.shape[0] // 2, psf.shape[1] // 2)) * transfer(numpy.full((ratio, ratio), 1 / ratio**2), (ratio - 1, ratio - 1))
    across, down = transfer(numpy.array([[-1.0, 1.0]]), (0, 1)), transfer(numpy.array([[-1.0], [1.0]]), (1, 0))
    inverse = 1 / (abs(blur) ** 2 + abs(across) ** 2 + abs(down) ** 2 + 1)
    forward = lambda image, filtered: numpy.fft.irfft2(numpy.fft.rfft2(image) * filtered, shape)

    seen = srf @ basis
    whole = degrade(numpy.ones((1, *shape)), psf, ratio)[0] > 1 - 1e-3
    projected_coarse = (basis.T @ coarse).reshape(dimension, *hsi.shape[1:])
    projected_fine = numpy.tensordot(seen.T, msi, 1)
    solve_fine = numpy.linalg.inv(seen.T @ seen + step * numpy.eye(dimension))
    image = upsample(projected_coarse, ratio, "cubic").astype(float)
    filters = (blur, None, across, down)
    split = [image if filtered is None else forward(image, filtered) for filtered in filters]
    multipliers = [numpy.zeros_like(image) for _ in filters]
    for _ in range(iterations):
        total = 0
        for filtered, part, multiplier in zip(filters, split, multipliers):
            spectrum = numpy.fft.rfft2(part + multiplier)
            total = total + (spectrum if filtered is None else spectrum * filtered.conj())
        image = numpy.fft.irfft2(total * inverse, shape)
        filtered_images = [image if filtered is None else forward(image, filtered) for filtered in filters]
        free = [one - multiplier for one, multiplier in zip(filtered_images, multipliers)]
        sampled = free[0][:, ::ratio, ::ratio]
        # The basis is orthonormal.
        free[0][:, ::ratio, ::ratio] = numpy.where(whole, (projected_coarse + step * sampled) / (1 + step), sampled)
        free[1] = numpy.tensordot(solve_fine, projected_fine + step * free[1], 1)
        length = numpy.sqrt((free[2] ** 2 + free[3] ** 2).sum(0))
        shrunk = numpy.maximum(1 - weight_of_variation / step / (length + TINY), 0)
        free[2], free[3] = free[2] * shrunk, free[3] * shrunk
        split = free
        multipliers = [multiplier - one + part for multiplier, one, part in zip(multipliers, filtered_images, split)]
    return numpy.tensordot(basis, image, 1)


METHODS = {
    "nearest": lambda hsi, msi, srf, psf, ratio: upsample(hsi, ratio, "near"),
    "bicubic": lambda hsi, msi, srf, psf, ratio: upsample(hsi, ratio, "cubic"),
    "gsa": lambda hsi, msi, srf, psf, ratio: gsa(hsi, msi, psf, ratio),
    "cnmf": cnmf,
    "hysure": hysure,
}


def main():
    if len(sys.argv) != 8 or sys.argv[1] not in METHODS:
        raise SystemExit(__doc__)
    method, hsi, msi, srf, psf, ratio, out = sys.argv[1:]
    response, kernel = (numpy.loadtxt(path, delimiter=",", ndmin=2) for path in (srf, psf))
    write(out, METHODS[method](read(hsi).astype(float), read(msi).astype(float), response, kernel, int(ratio)))


if __name__ == "__main__":
    main()
