# SPDX-License-Identifier: Apache-2.0
"""Scenes and simulated cases, as the published protocol makes them; the sensors are the module's own applications."""

import os
import pathlib

import numpy
from osgeo import gdal

import measured

gdal.UseExceptions()

# The protocol: SNR [dB] of the LR-HSI by ratio, the sensor by its number of bands.
HSI_SNR = {4: 35.0, 8: 30.0, 16: 25.0, 32: 20.0}
MSI_SNR = 40.0
SENSORS = {1: "ikonospan", 3: "ikonosrgb", 4: "ikonosbgrn", 8: "worldview2", 16: "worldview3"}
BLURS = ["gaussian", "kolmogorov", "airy", "moffat", "sinc", "lorentzian2", "hermite", "parabolic", "gabor", "delta"]
PAIRS = [(4, 4), (8, 4), (16, 4), (32, 4), (8, 1), (8, 3), (8, 8), (8, 16)]
SIGMA, RADIUS = 3.4, 7


def is_matlab(path):
    return pathlib.Path(path).suffix.lower() == ".mat"


def read(path):
    """An image as array (bands, rows, columns): what GDAL reads, or the only cube of a MATLAB file (rows, columns, bands), which needs SciPy."""
    if is_matlab(path):
        try:
            import scipy.io
        except ImportError as error:
            raise measured.Failed(f"{path}: MATLAB files need SciPy (python3-scipy)") from error
        cubes = [value for value in scipy.io.loadmat(path).values() if getattr(value, "ndim", 0) == 3]
        if len(cubes) != 1:
            raise measured.Failed(f"{path}: found {len(cubes)} arrays of three dimensions, expected 1")
        return cubes[0].transpose(2, 0, 1)
    array = gdal.Open(str(path)).ReadAsArray()
    return array if array.ndim == 3 else array[numpy.newaxis]


def read_shape(path):
    """Rows, columns and bands."""
    if is_matlab(path):
        bands, rows, columns = read(path).shape
        return rows, columns, bands
    image = gdal.Open(str(path))
    return image.RasterYSize, image.RasterXSize, image.RasterCount


def write(path, cube, like=None):
    """Writes a cube (bands, rows, columns) as GeoTIFF; place and wavelengths are those of the image `like`."""
    bands, rows, columns = cube.shape
    image = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, bands, gdal.GDT_Float32)
    if like is not None:
        image.SetGeoTransform(like.GetGeoTransform())
        image.SetProjection(like.GetProjection())
        for band in range(1, bands + 1):
            image.GetRasterBand(band).SetMetadata(like.GetRasterBand(band).GetMetadata())
    image.WriteArray(numpy.ascontiguousarray(cube, dtype=numpy.float32))


def prepare(path, ratio, out):
    """Crops a scene to a multiple of the ratio, scales it to [0, 1] by its 1st and 99th percentile over all bands, and writes it."""
    cube = read(path)
    rows, columns = (size // ratio * ratio for size in cube.shape[1:])
    if rows == 0 or columns == 0:
        raise measured.Failed(f"{path}: found {cube.shape[1]} x {cube.shape[2]} pixels, expected at least the ratio, {ratio}")
    cube = cube[:, :rows, :columns].astype(numpy.float32)
    if not numpy.isfinite(cube).all():
        raise measured.Failed(f"{path}: found values that are no numbers, expected a scene without gaps")
    low, high = numpy.percentile(cube, (1, 99))
    if not low < high:
        raise measured.Failed(f"{path}: found a 1st and a 99th percentile of {low} and {high}, expected a difference")
    cube -= numpy.float32(low)
    cube /= numpy.float32(high - low)
    # A MATLAB file has neither place nor wavelengths.
    write(out, numpy.clip(cube, 0, 1, out=cube), None if is_matlab(path) else gdal.Open(str(path)))


class Case:
    """The images that two sensors would have taken of a scene, in a folder: truth.tif, hsi.tif, msi.tif, and the sensors as srf.csv and psf.csv."""

    def __init__(self, folder, truth, blur, ratio, bands, axis, hsi_snr, msi_snr, seed, wavelengths=None):
        self.folder, self.ratio = pathlib.Path(folder), ratio
        self.truth, self.hsi, self.msi = pathlib.Path(truth), self.folder / "hsi.tif", self.folder / "msi.tif"
        self.psf, self.srf = self.folder / "psf.csv", self.folder / "srf.csv"
        self._blur = ["-psf", blur, "-sigma", SIGMA, "-radius", RADIUS, "-border", "zero"]
        self._response = ["-srf", "sensor", "-srf.sensor.name", SENSORS[bands], "-srf.sensor.axis", axis]
        if wavelengths is not None:
            self._response += ["-wl", wavelengths]
        self._degrade(self.truth, self.hsi, ratio, ["-snr", hsi_snr, "-rand", seed])
        self._respond(self.truth, self.msi, ["-snr", msi_snr, "-rand", seed + 1])
        self._save_sensors()

    def _degrade(self, image, out, ratio, noise):
        measured.run_application("SpatialDegradation", ["-in", image, *self._blur, "-ratio", ratio, *noise, "-out", out, "float"])

    def _respond(self, image, out, noise):
        measured.run_application("SpectralResponseDegradation", ["-in", image, *self._response, *noise, "-out", out, "float"])

    def _save_sensors(self):
        """What the applications make of one bright pixel is the PSF; what they make of one bright band after the other is the SRF."""
        probe, seen = self.folder / "probe.tif", self.folder / "seen.tif"
        point = numpy.zeros((1, 4 * RADIUS + 1, 4 * RADIUS + 1))
        point[0, 2 * RADIUS, 2 * RADIUS] = 1
        write(probe, point)
        self._degrade(probe, seen, 1, [])
        numpy.savetxt(self.psf, read(seen)[0, RADIUS:-RADIUS, RADIUS:-RADIUS], delimiter=",", fmt="%.9g")
        truth = gdal.Open(str(self.truth))
        write(probe, numpy.eye(truth.RasterCount)[:, numpy.newaxis], truth)
        self._respond(probe, seen, [])
        numpy.savetxt(self.srf, read(seen)[:, 0], delimiter=",", fmt="%.9g")
        os.remove(probe)
        os.remove(seen)
