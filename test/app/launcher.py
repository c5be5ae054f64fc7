# SPDX-License-Identifier: Apache-2.0
"""What the tests of the applications share: running one through OTB's own launcher, and images as arrays (bands, rows, columns)."""

import os
import pathlib
import subprocess

import numpy
from osgeo import gdal, osr

gdal.UseExceptions()

APPLICATIONS = os.environ.get("OTB_APPLICATION_PATH") or str(pathlib.Path(__file__).resolve().parents[2] / "build" / "lib" / "otb" / "applications")

GDAL_TYPES = {
    "uint8": gdal.GDT_Byte,
    "uint16": gdal.GDT_UInt16,
    "int16": gdal.GDT_Int16,
    "uint32": gdal.GDT_UInt32,
    "int32": gdal.GDT_Int32,
    "float32": gdal.GDT_Float32,
    "float64": gdal.GDT_Float64,
}


def command(application, **parameters):
    """The command line of the application.

    A dot in a parameter's key is written as an underscore (srf_matrix_in), a list becomes several values, and "out" may end in a pixel type ("a.tif uint8").
    """
    words = ["otbApplicationLauncherCommandLine", application, APPLICATIONS]
    for key, value in parameters.items():
        words.append("-" + key.replace("_", "."))
        if isinstance(value, (list, tuple)):
            words += [str(element) for element in value]
        else:
            path, _, pixel_type = str(value).rpartition(" ")
            words += [path, pixel_type] if path and pixel_type in ("float", "double", "uint8", "int16", "uint16", "int32", "uint32") else [str(value)]
    return words


def run(application, env=None, preexec_fn=None, **parameters):
    """Runs the application; returns exit code and log (both streams)."""
    done = subprocess.run(
        command(application, **parameters), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env={**os.environ, **(env or {})},
        preexec_fn=preexec_fn,
    )
    return done.returncode, done.stdout


def write_image(path, array, wavelengths=None, widths=None, geotransform=(500000, 30, 0, 5800000, 0, -30), epsg=32633, nodata=None, band_names=None):
    """Writes an array (bands, rows, columns) as GeoTIFF, or as ENVI where the path ends in .img. Wavelengths and widths in nm, one a band."""
    array = numpy.asarray(array)
    bands, rows, columns = array.shape
    driver = gdal.GetDriverByName("ENVI" if str(path).endswith(".img") else "GTiff")
    image = driver.Create(str(path), columns, rows, bands, GDAL_TYPES[str(array.dtype)])
    if geotransform is not None:
        image.SetGeoTransform(geotransform)
    if epsg is not None:
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(epsg)
        image.SetProjection(reference.ExportToWkt())
    for index in range(bands):
        band = image.GetRasterBand(index + 1)
        if wavelengths is not None:
            band.SetMetadataItem("wavelength", f"{wavelengths[index]:.10g}")
            band.SetMetadataItem("wavelength_units", "nm")
        if widths is not None:
            band.SetMetadataItem("fwhm", f"{widths[index]:.10g}")
        if nodata is not None:
            band.SetNoDataValue(nodata)
        if band_names is not None:
            band.SetDescription(band_names[index])
    image.WriteArray(array)
    image = None
    return path


def read_image(path):
    """The array (bands, rows, columns) of an image."""
    array = gdal.Open(str(path)).ReadAsArray()
    return array if array.ndim == 3 else array[numpy.newaxis]
