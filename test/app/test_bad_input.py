#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A table of bad inputs over all applications. Each must end with a non-zero exit code, one line that names the parameter, what was found and what was expected, and
no output file."""

import concurrent.futures
import os
import pathlib
import re
import tempfile
import unittest

from bad_files import MODELS, TRAINING, write_files
from launcher import run

# What each application gets unless a row of the table says otherwise (None: not at all). OUT is the row's own folder.
DEFAULTS = {
    "HyperspectralSuperResolution": {**TRAINING, "inms": "sharp.tif", "out": "OUT/out.tif", "model": "OUT/model.json", "outem": "OUT/em.tif"},
    "TrainSpectralInversion": {**TRAINING, "out": "OUT/model.json"},
    "SpectralInversion": {"inms": "sharp.tif", "model": "morph.json", "out": "OUT/out.tif"},
    "NMFEndmemberExtraction": {"in": "coarse.tif", "ne": 3, "outendm": "OUT/em.tif"},
    "LinearMixingSynthesis": {"in": "sharp.tif", "ie": "endmembers.tif", "out": "OUT/out.tif"},
    "SpectralResponseDegradation": {"in": "coarse.tif", "srf": "matrix", "srf_matrix_in": "matrix.csv", "out": "OUT/out.tif"},
    "SpatialDegradation": {"in": "sharp.tif", "radius": 2, "sigma": 1, "out": "OUT/out.tif"},
    "HyperspectralQuality": {"in": "sharp.tif", "ref": "sharp.tif", "outjson": "OUT/scores.json", "outcsv": "OUT/scores.csv"},
}
SUPER, TRAIN, INVERT, NMF, MIX, RESPONSE, BLUR, QUALITY = DEFAULTS

FILE = {"srf": "file", "srf_matrix_in": None}
BANDS = {"srf": "bands", "srf_matrix_in": None}
SENSOR = {"srf": "sensor", "srf_matrix_in": None}
LIFT = {"method": "lift", "method_morph_ne": None, "method_morph_hidden": None}
UNSTABLE = {"scaling": "none", "inhs": "great.tif", "loss": "l2", "lr_start": 1, "lr_peak": 1, "lr_end": 1}
NO_TEXT = "found no text to read, expected a file that exists and is not empty"

ROWS = [
    # Images.
    (SUPER, {"inhs": "absent.tif"}, "inhs: Cannot open image absent.tif. The file does not exist."),
    (SUPER, {"inms": "absent.tif"}, "inms: Cannot open image absent.tif. The file does not exist."),
    (SUPER, {"inhs": "words.csv"}, "inhs: Cannot open image words.csv. Probably unsupported format"),
    (SUPER, {"inhs": "cut.tif"}, "inhs: found that cut.tif cannot be read (cut.tif, band 1: IReadBlock failed"),
    (SUPER, {"inms": "coarse.tif"}, "inms: found 10 bands, expected 3 as the spectral response (srf) has bands"),
    (SUPER, {"inhs": "constant.tif"}, "inhs: the hyperspectral pixels are constant (1st and 99th percentile are both 0.5"),
    (SUPER, {"inhs": "zero.tif", **LIFT}, "inhs: the hyperspectral pixels are constant"),
    (SUPER, {"inhs": "one_pixel.tif"}, "method.morph.ne: found 3, expected 1 to 1 (the fewer of bands and pixels of inhs)"),
    (SUPER, {"inhs": "nan.tif"}, "inhs: found no valid pixel (all are NaN, infinite, no data, masked or saturated), expected at least one"),
    (SUPER, {"inhs": "no_data.tif", **LIFT}, "inhs: found no valid pixel"),
    (SUPER, {"inhs": "two_pixels.tif"}, "method.morph.ne: found 3, expected at most the 2 valid pixels of inhs"),
    (SUPER, {"inms": "far.tif", "method_morph_csp": "true"}, "inms: inms and inhs do not overlap, expected images of the same ground: in pixels of inhs, inms spans"),
    (SUPER, {"inhs": "turned.tif"}, "inhs: found a geotransform with rotation, expected rows and columns along the axes of the projection: make such an image by gdalwarp"),
    (SUPER, {"inhs": "points.tif"}, "inhs: found ground control points without a geotransform, expected a geotransform, or points of an upright grid"),
    (SUPER, {"inms": "turned_sharp.tif"}, "inms: found a geotransform with rotation"),
    (INVERT, {"inms": "turned_sharp.tif"}, "inms: found a geotransform with rotation"),
    (INVERT, {"inhs": "points.tif"}, "inhs: found ground control points without a geotransform"),
    (BLUR, {"in": "turned_sharp.tif"}, "in: found a geotransform with rotation"),
    (RESPONSE, {"in": "turned.tif"}, "in: found a geotransform with rotation"),
    (NMF, {"in": "turned.tif", "outab": "OUT/ab.tif"}, "in: found a geotransform with rotation"),
    (MIX, {"in": "turned_sharp.tif"}, "in: found a geotransform with rotation"),
    (QUALITY, {"in": "turned_sharp.tif", "inms": "sharp.tif"}, "in: found a geotransform with rotation"),
    (SUPER, {"inms": "band_constant.tif"}, "constant, 0.25 in all pixels, expected bands that vary: give an image without that band"),
    (INVERT, {"inms": "band_constant.tif"}, "constant, 0.25 in all pixels, expected bands that vary: give an image without that band"),
    (SUPER, {"inms": "other_bands.tif", **BANDS, "srf_bands_list": "500:60,650:60,800:80"}, "inms: found wavelengths 2200, 1600, 490 nm, expected bands in the order of the spectral response"),
    (SUPER, {"inhs": "sharp.tif", "inms": "coarse.tif"}, "inhs: found 3 bands where inms has 10, and finer pixels, expected a hyperspectral image; are the two images swapped?"),
    (NMF, {"in": "alpha.tif", "ne": 1}, "in: found alpha bands alone, expected at least one band of measurements"),
    (SUPER, {"inhs": "alone.hdr"}, "inhs: found alone.hdr, a header, expected its image"),
    (SUPER, {"inhs": "bbl.img"}, "inhs: found 9 values in its bad bands list (bbl), expected 10, one for each band (badbands none reads no list)"),
    (SUPER, {"inhs": "bbl_words.img"}, "inhs: found what is no number in its bad bands list (bbl), expected 0 or 1 for each band"),
    (NMF, {"in": "bbl.img"}, "in: found 9 values in its bad bands list (bbl), expected 10"),
    (SUPER, {"inhs": "NETCDF:side.nc:reflectance"}, "inhs: found the bands along the columns of"),
    # The response as a matrix.
    (SUPER, {"srf_matrix_in": "narrow.csv"}, "srf.matrix.in (narrow.csv): found 3 columns, expected 10, one for each band of inhs"),
    (SUPER, {"srf_matrix_in": "absent.csv"}, f"srf.matrix.in (absent.csv): {NO_TEXT}"),
    (SUPER, {"srf_matrix_in": "folder"}, f"srf.matrix.in (folder): {NO_TEXT}"),
    (SUPER, {"srf_matrix_in": "empty.csv"}, f"srf.matrix.in (empty.csv): {NO_TEXT}"),
    (SUPER, {"srf_matrix_in": "words.csv"}, 'srf.matrix.in (words.csv), line 1: found "a" in column 1, expected a finite number'),
    (SUPER, {"srf_matrix_in": "word.csv"}, 'srf.matrix.in (word.csv), line 2: found "x" in column 5, expected a finite number'),
    (SUPER, {"srf_matrix_in": "ragged.csv"}, "srf.matrix.in (ragged.csv), line 2: found 3 columns, expected 10"),
    (SUPER, {"srf_matrix_in": "zero_row.csv"}, "srf.matrix.in (zero_row.csv), line 2: found a row that sums to zero"),
    (SUPER, {"srf_matrix_in": "negative_row.csv"}, 'line 2: found "-1" in column 10, expected a response that is not negative'),
    (SUPER, {"srf_matrix_in": "nan_row.csv"}, 'line 2: found "nan" in column 10, expected a finite number'),
    (SUPER, {"srf_matrix_in": "great_row.csv"}, 'line 2: found "1e400" in column 10, expected a finite number'),
    (SUPER, {"srf_matrix_in": "zero_byte.csv"}, "srf.matrix.in (zero_byte.csv), line 1: found a zero byte, expected text"),
    (SUPER, {"srf_matrix_in": "coarse.tif"}, "srf.matrix.in (coarse.tif), line 1: found a zero byte, expected text"),
    (SUPER, {"srf_matrix_in": None}, "srf.matrix.in: found no value, expected a CSV file, since srf is matrix"),
    # The response as curves, sensors and bands; wavelengths.
    (SUPER, {**FILE, "srf_file_in": "curves.csv", "inhs": "no_wavelengths.tif"}, "wl: found no wavelengths in the image of inhs, expected a file of wavelengths"),
    (SUPER, {**FILE, "srf_file_in": "curve_order.csv"}, 'srf.file.in (curve_order.csv), line 3: found the wavelength "490", expected positive wavelengths that increase'),
    (SUPER, {**FILE, "srf_file_in": "curve_elsewhere.csv"}, "a (3000 to 3100 nm): found 0 % of its response within the wavelengths of the hyperspectral image"),
    (SUPER, {**FILE, "srf_file_in": "curve_zero.csv"}, "srf.file.in (curve_zero.csv): found only zeros in the column of band a"),
    (SUPER, {**FILE, "srf_file_in": "curve_negative.csv"}, 'line 3: found "-1" in column 2, expected a response that is not negative'),
    (SUPER, {**FILE, "srf_file_in": "curve_one.csv"}, "srf.file.in (curve_one.csv): found 1 lines of samples, expected at least two"),
    (SUPER, {**FILE, "srf_file_in": "curve_word.csv"}, 'line 3: found "one" in column 2, expected a finite number'),
    (SUPER, {**FILE, "srf_file_in": "curve_ragged.csv"}, "line 3: found 2 columns, expected 3"),
    (SUPER, {**FILE, "srf_file_in": "curves.csv", "wl": "wavelengths_few.csv"}, "wl (wavelengths_few.csv): found 2 wavelengths, expected 10, one for each band of inhs"),
    (SUPER, {**FILE, "srf_file_in": "curves.csv", "wl": "wavelengths_word.csv"}, 'line 2: found "x" in column 1, expected a finite number'),
    (SUPER, {**FILE, "srf_file_in": "curves.csv", "wl": "wavelengths_negative.csv"}, 'line 2: found "-500" in column 1, expected a positive wavelength'),
    (SUPER, {**FILE, "srf_file_in": "curves.csv", "wl": "wavelengths_commas.csv"}, "expected decimal points, or semicolons between columns: a comma may be either here"),
    (SUPER, {**FILE, "srf_file_in": "curves.csv", "wl": "wavelengths_wide.csv"}, "line 2: found a width that is not less than the wavelength"),
    (SUPER, {**FILE, "srf_file_in": "curves.csv", "wl": "product.xml"}, "wl (product.xml): found no wavelengths, expected bandCharacterisation, as the metadata of EnMAP and DESIS have it"),
    (SUPER, {**FILE, "srf_file_in": "curves.csv", "inhs": "wavelengths_short.img"}, "wavelengths_short.hdr: found 3 wavelengths, expected 10, one for each band"),
    (SUPER, {**FILE, "srf_file_in": "curves.csv", "inhs": "wavelengths_zero.img"}, "wavelengths_zero.hdr: found no wavelength but 0"),
    (SUPER, {**FILE, "srf_file_in": "curves.csv", "inhs": "unit.img"}, 'in the unit "Micrometers", expected'),
    (SUPER, {**FILE, "srf_file_in": "curves.csv", "wl": "absent.csv"}, f"wl (absent.csv): {NO_TEXT}"),
    (SUPER, {**SENSOR, "srf_sensor_name": "sentinel2a"}, "srf.sensor.name sentinel2a, B11"),
    (SUPER, {**BANDS, "srf_bands_list": "500"}, 'srf.bands.list: found "500", expected centre:fwhm, two positive numbers in nm'),
    (SUPER, {**BANDS}, "srf.bands.list: found no value, expected centre:fwhm pairs"),
    # Numbers.
    (SUPER, {"method_morph_ne": 0}, "method.morph.ne: found 0, expected 1 to 10"),
    (SUPER, {"method_morph_ne": -2}, "method.morph.ne: found -2, expected 1 to 10"),
    (SUPER, {"method_morph_ne": 11}, "method.morph.ne: found 11, expected 1 to 10"),
    (SUPER, {"method_morph_hidden": 0}, "method.morph.hidden: found 0, expected a whole number from 1"),
    (SUPER, {**LIFT, "method_lift_width": 0}, "method.lift.width: found 0, expected a whole number from 1"),
    (SUPER, {**LIFT, "method_lift_width": 2000000000}, "method.lift.width: found 2000000000, expected at most 3661 for images of these bands"),
    (SUPER, {"method_morph_hidden": 2000000000}, "method.morph.hidden: found 2000000000, expected at most"),
    (SUPER, {"method_morph_csp": "true", "method_morph_cspratio": 1}, "method.morph.cspratio: found 1, expected a whole number from 2"),
    (SUPER, {"method": "auto", "method_lift_width": 0}, "method.lift.width: found 0, expected a whole number from 1"),
    (SUPER, {"method": "auto", "method_morph_ne": 11}, "method.morph.ne: found 11, expected 1 to 10"),
    (TRAIN, {"method": "auto", "method_morph_csp": "true", "method_morph_cspratio": 1}, "method.morph.cspratio: found 1, expected a whole number from 2"),
    (SUPER, {"method": "auto", "epochs": 0}, "epochs: found 0, expected a whole number from 1"),
    (SUPER, {"epochs": 0}, "epochs: found 0, expected a whole number from 1"),
    (SUPER, {"epochs": "many"}, "epochs: found 0, expected a whole number from 1"),
    (SUPER, {"batch": -1}, "batch: found -1, expected a whole number from 0"),
    (SUPER, {"samples": -2}, "samples: found -2, expected a whole number from -1"),
    (SUPER, {"ram": -1}, "ram: found -1, expected a whole number from 1"),
    (SUPER, {"lr_start": 0}, "lr.start: found 0, expected a learning rate over 0, up to 1"),
    (SUPER, {"lr_peak": -1}, "lr.peak: found -1, expected a learning rate over 0, up to 1"),
    (SUPER, {"lr_peak": 2}, "lr.peak: found 2, expected a learning rate over 0, up to 1"),
    (SUPER, {"lr_end": "nan"}, "lr.end: found nan, expected a learning rate over 0, up to 1"),
    (SUPER, UNSTABLE, "lr.peak: found 1, expected less: training diverged at epoch"),
    (SUPER, {"nodata": -1, "out": "OUT/out.tif uint8"}, "nodata: found -1, expected a value that the pixel type of out can hold"),
    # Outputs.
    (SUPER, {"out": "OUT/no/out.tif"}, "out: found the folder OUT/no, expected a folder that exists and can be written to"),
    (SUPER, {"out": "OUT"}, "out: found OUT, expected a file that can be written"),
    (SUPER, {"model": "OUT"}, "model: found OUT, expected a file that can be written"),
    (SUPER, {"out": "OUT/out.xyz"}, "out: found the extension .xyz, expected .tif, .hdr (ENVI), .img or .pix"),
    (SUPER, {"outem": "OUT/no/em.tif"}, "outem: found the folder OUT/no, expected a folder"),
    (SUPER, {"out": "sharp.tif"}, "out: found the file of inms, expected another"),
    (SUPER, {"model": "matrix.csv"}, "model: found the file of srf.matrix.in, expected another"),
    (SUPER, {"outab": "OUT/out.tif"}, "outab: found the file of out, expected a file of its own"),
    (SUPER, {"out": "OUT/out.png uint8"}, "out: found the extension .png, expected .tif, .hdr (ENVI), .img or .pix"),
    (SUPER, {"out": "OUT/out.jp2"}, "out: found the extension .jp2, expected .tif, .hdr (ENVI), .img or .pix"),
    *((SUPER, {"out": f"OUT/out.{extension}"}, f"out: found the extension .{extension}, expected .tif, .hdr (ENVI), .img or .pix") for extension in ("jpx", "j2k", "lum", "ntf")),
    (SUPER, {"out": "OUT/out.tif int16"}, "out: found the pixel type int16 for values as those of inhs, of a magnitude of"),
    (SUPER, {"samples": 10}, "samples: found 10, expected at least 16 pixels to learn from"),
    # Training and models.
    (TRAIN, {"inhs": "absent.tif"}, "inhs: Cannot open image absent.tif"),
    (TRAIN, {"out": "coarse.tif"}, "out: found the file of inhs, expected another"),
    (TRAIN, {"outem": "OUT/em.json"}, "outem: found the extension .json, expected .tif, .hdr (ENVI), .img or .pix"),
    (TRAIN, {**LIFT, **UNSTABLE}, "lr.peak: found 1, expected less: training diverged at epoch"),
    (INVERT, {"model": "absent.json"}, "model: absent.json cannot be opened, expected a model file"),
    (INVERT, {"model": "folder"}, "model: folder cannot be opened, expected a model file"),
    (INVERT, {"model": "coarse.tif"}, "model: coarse.tif is not a model file or is cut off"),
    (INVERT, {"model": "model_huge.json"}, "model: model_huge.json cannot be used: it has 3000000000 bytes, expected at most"),
    *((INVERT, {"model": f"model_{name}.json"}, f"model: model_{name}.json {message}") for name, message in {
        "empty": "is not a model file or is cut off: not a JSON document, at byte 1",
        "text": "is not a model file or is cut off: not a JSON document, at byte 1",
        "cut": "is not a model file or is cut off: not a JSON document, at byte",
        "deep": "cannot be used: it is nested deeper than 8 levels",
        "twice": 'cannot be used: it has the key "scale" twice',
        "great_number": "is not a whole model file: number overflow parsing '1e999'",
        "nan": "is not a model file or is cut off: not a JSON document, at byte",
        "list": "cannot be used: it is not a model of this module",
        "foreign": 'cannot be used: it is not a model of this module ("format" is not',
        "newer": "cannot be used: its version is 2, expected 1",
        "method": 'cannot be used: "method" is "other"',
        "keyless": "is not a whole model file: key 'endmembers' not found",
        "null_weight": 'cannot be used: row 1 of "weights" is not a list of numbers',
        "great_weight": "cannot be used: a weight of the network is not finite",
        "great_endmember": "cannot be used: an endmember has a value that is not finite",
        "ragged": 'cannot be used: row 2 of "weights" has 2 numbers, expected 3 as in the first row',
        "layers": "cannot be used: the network has 1 layers, expected 2",
        "biases": "cannot be used: layer 2 of the network has 3 x 8 weights and 2 biases, expected 3 x 8 and 3",
        "endmembers": "cannot be used: layer 2 of the network has 3 x 8 weights and 3 biases, expected 2 x 8 and 2",
        "bands": "cannot be used: the endmembers are not one spectrum per network output",
        "response": "cannot be used: the number of wavelengths is not that of hyperspectral bands",
        "negative_response": 'cannot be used: "spectral_response", row 1, column 1: found -5',
        "wavelengths": "cannot be used: the number of wavelengths is not that of hyperspectral bands",
        "scale": "cannot be used: the scaling is not a finite offset and a positive scale",
        "prior": "cannot be used: layer 1 of the network has 8 x 3 weights and 8 biases, expected 8 x 13 and 8",
        "networkless": "is not a whole model file: array index 0 is out of range",
        "wide": 'cannot be used: row 2 of "endmembers" has 0 numbers, expected 30000 as in the first row',
        "hidden": "cannot be used: layer 1 of the network has 8 x 3 weights and 1000000 biases, expected 1000000 x 3 and 1000000",
    }.items()),
    (INVERT, {"inms": "coarse.tif"}, "inms: found 10 bands, expected 3 as the spectral response of the model has rows"),
    (INVERT, {"inms": "coarse.tif", "model": "lift.json"}, "inms: found 10 bands, expected 3 as the spectral response of the model has rows"),
    (INVERT, {"model": "csp.json"}, "inhs: found no image, expected one, since the model was trained with a coarse spectral prior"),
    (INVERT, {"model": "csp.json", "inhs": "sharp.tif"}, "inhs: found 3 bands, expected 10 as the model was trained on"),
    (INVERT, {"model": "csp.json", "inhs": "coarse.tif", "inms": "far.tif"}, "inms: inms and inhs do not overlap"),
    # Refinement.
    (SUPER, {"inms": "far.tif", "refine": "true"}, "inms: inms and inhs do not overlap"),
    (SUPER, {"inref": "absent.json"}, "inref: absent.json cannot be opened, expected a refinement file"),
    (SUPER, {"inref": "model_text.json"}, "inref: model_text.json is not a refinement file or is cut off: not a JSON document, at byte 1"),
    (SUPER, {"inref": "morph.json"}, "inref: morph.json cannot be used: it is not a refinement"),
    (SUPER, {"inref": "refinement.json", "inhs": "no_wavelengths.tif", "badbands": "10"}, "inref: found a refinement of 3 multispectral and 10 hyperspectral bands, expected 3 and 9"),
    (SUPER, {"outref": "OUT/out.tif"}, "outref: found the file of out, expected a file of its own"),
    (INVERT, {"refine": "true"}, "inhs: found no image, expected one to refine the result by, since refine is true"),
    (INVERT, {"inref": "refinement.json"}, "inhs: found no image, expected one to refine the result by, since inref is given"),
    (INVERT, {"inref": "morph.json", "inhs": "coarse.tif"}, "inref: morph.json cannot be used: it is not a refinement"),
    (INVERT, {"inref": "refinement.json", "inhs": "coarse.tif", "model": "auto.json"}, "inref: found refinements of 1 methods, expected 3 as the model has"),
    (INVERT, {"refine": "true", "inhs": "coarse.tif", "inms": "far.tif"}, "inms: inms and inhs do not overlap"),
    (INVERT, {"nodata": 300, "out": "OUT/out.tif uint8"}, "nodata: found 300, expected a value that the pixel type of out can hold"),
    # Endmembers and mixing.
    (NMF, {"ne": 0}, "ne: found 0, expected 1 to 10, the fewer of bands and pixels of in"),
    (NMF, {"ne": 11}, "ne: found 11, expected 1 to 10, the fewer of bands and pixels of in"),
    (NMF, {"in": "two_pixels.tif"}, "in: the number of endmembers is 3, expected at most 2, since there are 2 valid pixels"),
    (NMF, {"in": "nan.tif"}, "in: the number of endmembers is 3, expected at most 0, since there are 0 valid pixels"),
    (NMF, {"in": "negative.tif"}, "in: all 64 spectra to factorise are zero in all 10 bands, expected some signal"),
    (NMF, {"wl": "wavelengths_few.csv"}, "wl (wavelengths_few.csv): found 2 wavelengths, expected 10"),
    (NMF, {"outab": "OUT/em.tif"}, "outab: found the file of outendm, expected a file of its own"),
    (MIX, {"ie": "coarse.tif"}, "ie: found 64 endmembers (pixels), expected 3, one for each band of in"),
    (MIX, {"ie": "endmembers_nan.tif"}, "ie: found NaN or infinity in a pixel, expected spectra of numbers"),
    (MIX, {"offset": "inf"}, "offset: found 3.40282e+38, expected a finite number"),
    (MIX, {"out": "endmembers.tif"}, "out: found the file of ie, expected another"),
    # Simulation and scores.
    (RESPONSE, {"srf_matrix_in": "narrow.csv"}, "srf.matrix.in (narrow.csv): found 3 columns, expected 10, one for each band of in"),
    (RESPONSE, {"snr": "nan"}, "snr: found nan, expected a number of dB from -300 to 300"),
    (RESPONSE, {"in": "no_wavelengths.tif", **BANDS, "srf_bands_list": "500:10"}, "wl: found no wavelengths in the image of in"),
    (BLUR, {"ratio": 0}, "ratio: found 0, expected a whole number from 1"),
    (BLUR, {"ratio": 33}, "has 32 x 32 pixels, expected at least the ratio, 33, in each direction"),
    (BLUR, {"sigma": -1}, "sigma: found -1, expected a positive number of pixels"),
    (BLUR, {"sigma": "nan"}, "sigma: found nan, expected a positive number of pixels"),
    (BLUR, {"radius": 0}, "radius: found 0, expected a whole number from 1"),
    (BLUR, {"radius": 100000}, "radius: found 100000, expected 1 to 1000 pixels"),
    (BLUR, {"psf": "file"}, "psf.file.in: found no value, expected a table or an image of the kernel"),
    (BLUR, {"psf": "file", "psf_file_in": "absent.csv"}, f"PSF file absent.csv: {NO_TEXT}"),
    (BLUR, {"psf": "file", "psf_file_in": "kernel_even.csv"}, "kernel_even.csv: found a kernel of 2 rows and 2 columns, expected odd numbers of both"),
    (BLUR, {"psf": "file", "psf_file_in": "kernel_word.csv"}, 'kernel_word.csv, line 2: found "x" in column 2, expected a finite number'),
    (BLUR, {"psf": "file", "psf_file_in": "kernel_zero.csv"}, "kernel_zero.csv: found a kernel that sums to 0"),
    (BLUR, {"psf": "file", "psf_file_in": "kernel_ragged.csv"}, "kernel_ragged.csv, line 2: found 2 numbers, expected 3 as in the first row"),
    (QUALITY, {"ref": None}, "ref: found no value, nor in inhs and inms, expected an image to compare with"),
    (QUALITY, {"ref": "coarse.tif"}, "in has 32 x 32 pixels and 3 bands, expected 8 x 8 pixels and 10 bands, those of ref"),
    (QUALITY, {"mask": "coarse.tif"}, "mask has 8 x 8 pixels, expected 32 x 32 pixels, those of ref"),
    (QUALITY, {"inhs": "coarse.tif"}, "expected 8 x 8 pixels and 10 bands, those of inhs"),
    (QUALITY, {"inms": "sharp.tif", "srf": "matrix"}, "srf.matrix.in: found no value, expected a CSV file"),
    (QUALITY, {"peak": -1}, "peak: found -1, expected a positive number, or 0"),
    (QUALITY, {"ratio": 0}, "ratio: found 0, expected a whole number from 1"),
    (QUALITY, {"ref": "sharp_zero.tif"}, "ref: found no pixel greater than 0, expected an image with a peak"),
    (QUALITY, {"in": "sharp_nan.tif"}, "in: found no pixel that is valid there and in ref, expected at least one"),
    # Masks, bad bands, no data, saturation.
    (SUPER, {"badbands": "1-11"}, 'badbands: found "1-11", expected whole numbers of bands from 1 to 10, or wavelengths with a unit such as 1350-1450nm'),
    (SUPER, {"badbands": "0"}, 'badbands: found "0", expected numbers of bands or wavelengths such as 1-5 or 1350-1450nm'),
    (SUPER, {"badbands": "3-1"}, 'badbands: found "3-1", expected numbers of bands or wavelengths'),
    (SUPER, {"badbands": "1.5"}, 'badbands: found "1.5", expected whole numbers of bands from 1 to 10'),
    (SUPER, {"badbands": "water"}, 'badbands: found "water", expected numbers of bands or wavelengths'),
    (SUPER, {"badbands": "2000-2500nm"}, 'badbands: found "2000-2500nm", expected a range that holds the centre of a band'),
    (SUPER, {"inhs": "no_wavelengths.tif", "badbands": "600nm"}, 'badbands: found "600nm", expected numbers of bands, since the wavelengths of the image are not known'),
    (SUPER, {"badbands": "1-10"}, "badbands: found that no band of inhs is left (1-10 by badbands), expected at least one good band"),
    (SUPER, {"badbands": "1-2"}, "srf.matrix.in (matrix.csv), row 1: found 33 % of its response in bands that are not left out as bad, expected at least 70 %"),
    (SUPER, {**BANDS, "srf_bands_list": "500:40,600:40,700:40", "badbands": "450-620nm"}, "within the wavelengths of the hyperspectral image (625 to 925 nm)"),
    (SUPER, {"badbands": "10", "method_morph_ne": 10}, "method.morph.ne: found 10, expected 1 to 9 (the fewer of bands and pixels of inhs)"),
    (SUPER, {"maskhs": "sharp_mask.tif"}, "maskhs: found 32 x 32 pixels, expected 8 x 8 pixels as the image of inhs"),
    (SUPER, {"mask": "coarse_mask.tif"}, "mask: found 8 x 8 pixels, expected 32 x 32 pixels as the image of inms"),
    (SUPER, {"maskhs": "empty_mask.tif"}, "inhs: found no valid pixel (all are NaN, infinite, no data, masked or saturated), expected at least one"),
    (SUPER, {"maskhs": "absent.tif"}, "Cannot open image absent.tif. The file does not exist."),
    (SUPER, {"saturation": 0, **LIFT}, "inhs: found no valid pixel"),
    (SUPER, {"inhs": "constant.tif", "nodatahs": 0.5, **LIFT}, "inhs: found no valid pixel"),
    (TRAIN, {"badbands": "x"}, 'badbands: found "x"'),
    (TRAIN, {"maskhs": "sharp_mask.tif"}, "maskhs: found 32 x 32 pixels, expected 8 x 8 pixels as the image of inhs"),
    (INVERT, {"mask": "coarse_mask.tif"}, "mask: found 8 x 8 pixels, expected 32 x 32 pixels as the image of inms"),
    (NMF, {"badbands": "1-9"}, "ne: found 3, expected 1 to 1, the fewer of bands and pixels of in"),
    (NMF, {"badbands": "11"}, 'badbands: found "11", expected whole numbers of bands from 1 to 10'),
    (NMF, {"mask": "sharp_mask.tif"}, "mask: found 32 x 32 pixels, expected 8 x 8 pixels as the image of in"),
    (RESPONSE, {"badbands": "4-6"}, "srf.matrix.in (matrix.csv), row 2: found 0 % of its response in bands that are not left out as bad"),
    (RESPONSE, {"mask": "sharp_mask.tif"}, "mask: found 32 x 32 pixels, expected 8 x 8 pixels as the image of in"),
    (QUALITY, {"outcsv": "OUT/scores.json"}, "outcsv: found the file of outjson, expected a file of its own"),
]

# What OTB refuses before an application has a say, in words of its own.
OTB_ROWS = [
    (SUPER, {"inhs": None}, "mandatory parameter -inhs"),
    (SUPER, {"out": None}, "mandatory parameter -out"),
    (SUPER, {"method_morph_csp": "maybe"}, "Invalid parameter value 'maybe' given for parameter '-csp'"),
    (SUPER, {"refine": "maybe"}, "Invalid parameter value 'maybe' given for parameter '-refine'"),
    (SUPER, {"method": "other"}, "Invalid parameter value 'other' given for parameter '-method'"),
    (SUPER, {**SENSOR, "srf_sensor_name": "other"}, "Invalid parameter value 'other' given for parameter '-name'"),
    (SUPER, {"other": 1}, "-other does not exist in the application"),
    (SUPER, {"model": "OUT/no/model.json"}, "doesn't exist : OUT/no"),
    (INVERT, {"model": None}, "mandatory parameter -model"),
    (BLUR, {"psf": "other"}, "Invalid parameter value 'other' given for parameter '-psf'"),
]


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.addClassCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        write_files()
        cls.inputs = cls.files()
        os.mkdir("outputs")

    @staticmethod
    def files():
        return {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in pathlib.Path(".").iterdir() if path.name != "outputs"}

    @staticmethod
    def refuse(row):
        """Runs a row; its exit code, its log, and the files it left."""
        number, (application, changes, _) = row
        out = pathlib.Path(f"outputs/{number}")
        out.mkdir()
        parameters = {key: str(value).replace("OUT", str(out)) for key, value in {**DEFAULTS[application], **changes}.items() if value is not None}
        code, log = run(application, **parameters)
        return code, log.replace(str(out), "OUT"), os.listdir(out)

    def check(self, rows, first, judge):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(self.refuse, enumerate(rows, first)))
        for (application, changes, message), (code, log, left) in zip(rows, results):
            with self.subTest(application=application, changes=changes):
                # A signal would be negative, or over 128 by way of a shell.
                self.assertTrue(0 < code < 128, f"exit code {code}\n{log}")
                self.assertEqual(left, [], "an output file was left")
                self.assertNotRegex(log, r"std::|\.(cxx|hxx|h):\d|Segmentation|terminate called")
                judge(message, log)
        self.assertEqual(self.files(), self.inputs, "an input file was changed")

    def test_applications(self):
        def judge(message, log):
            lines = [line for line in log.splitlines() if "(FATAL)" in line]
            self.assertEqual(len(lines), 1, log)
            # OTB 8.1 makes the greatest number of what is none.
            self.assertTrue(message in lines[0] or message.replace("found nan", "found 3.40282e+38") in lines[0], f"{message}\n{log}")
            self.assertNotRegex(log, r"itk::|0x[0-9a-f]{6}|json\.exception|340282346638528")

        self.check(ROWS, 0, judge)

    def test_otb(self):
        def judge(message, log):
            self.assertIn(message, log)
            self.assertEqual(len(re.findall(r"\(FATAL\)|^ERROR", log, re.MULTILINE)), 1, log)

        self.check(OTB_ROWS, len(ROWS), judge)

    def test_every_bad_model_is_in_the_table(self):
        self.assertEqual({row[1].get("model") for row in ROWS} & {f"model_{name}.json" for name in MODELS}, {f"model_{name}.json" for name in MODELS})


if __name__ == "__main__":
    unittest.main()
