# SPDX-License-Identifier: Apache-2.0
"""The inputs of test_bad_input.py, good and bad, written into the current folder."""

import json
import os
import pathlib

import numpy
from osgeo import gdal

from launcher import run, write_image

BANDS = 10
WAVELENGTHS = 450 + 50 * numpy.arange(BANDS)
COARSE_GRID, SHARP_GRID, FAR_GRID = (500000, 40, 0, 5800000, 0, -40), (500000, 10, 0, 5800000, 0, -10), (600000, 10, 0, 5800000, 0, -10)
TRAINING = {"inhs": "coarse.tif", "srf": "matrix", "srf_matrix_in": "matrix.csv", "method_morph_ne": 3, "method_morph_hidden": 8, "epochs": 5}
MATRIX_ROW = "1,1,1,1,1,1,1,1,1,1\n"

TEXTS = {
    "empty.csv": "",
    "words.csv": "a,b\nc,d\n",
    # Response matrices.
    "narrow.csv": "1,2,3\n4,5,6\n7,8,9\n",
    "word.csv": MATRIX_ROW + "1,2,3,4,x,6,7,8,9,10\n",
    "ragged.csv": MATRIX_ROW + "1,2,3\n",
    "zero_row.csv": MATRIX_ROW + 9 * "0," + "0\n",
    "negative_row.csv": MATRIX_ROW + 9 * "1," + "-1\n",
    "nan_row.csv": MATRIX_ROW + 9 * "1," + "nan\n",
    "great_row.csv": MATRIX_ROW + 9 * "1," + "1e400\n",
    # Response curves.
    "curves.csv": "nm,a,b,c\n450,1,0,0\n500,1,1,0\n600,0,1,1\n700,0,0,1\n900,0,0,0\n",
    "curve_order.csv": "nm,a\n500,1\n490,1\n510,1\n",
    "curve_elsewhere.csv": "nm,a\n3000,1\n3100,1\n",
    "curve_zero.csv": "nm,a\n500,0\n600,0\n",
    "curve_negative.csv": "nm,a\n500,1\n600,-1\n",
    "curve_one.csv": "nm,a\n500,1\n",
    "curve_word.csv": "nm,a\n500,1\n600,one\n",
    "curve_ragged.csv": "nm,a,b\n500,1,1\n600,1\n",
    # Wavelengths.
    "wavelengths_few.csv": "400\n500\n",
    "wavelengths_word.csv": "400\nx\n",
    "wavelengths_negative.csv": "400\n-500\n",
    "wavelengths_commas.csv": "".join(f"{450 + 50 * band},0{band}\n" for band in range(10)),
    "wavelengths_wide.csv": "fwhm,wavelength\n" + "".join(f"{450 + 50 * band},10\n" for band in range(10)),
    "product.xml": "<?xml version='1.0'?><product/>",
    # Kernels.
    "kernel_even.csv": "1,1\n1,1\n",
    "kernel_word.csv": "1,1,1\n1,x,1\n1,1,1\n",
    "kernel_zero.csv": "0,0,0\n0,0,0\n0,0,0\n",
    "kernel_ragged.csv": "1,1,1\n1,1\n1,1,1\n",
}


def edited(change):
    """A change of the model file's content as a change of its text."""

    def apply(text):
        content = json.loads(text)
        change(content)
        return json.dumps(content)

    return apply


# Files that are no model, each made of the text of a good one.
MODELS = {
    "empty": lambda text: "",
    "text": lambda text: "hello",
    "cut": lambda text: text[: len(text) // 2],
    "list": lambda text: "[]",
    "deep": lambda text: "[" * 200000,
    "nan": lambda text: text.replace('"scale":', '"scale":NaN,"was":'),
    "twice": lambda text: text.replace('"scale":', '"scale":1,"scale":'),
    "great_number": lambda text: text.replace('"scale":', '"scale":1e999,"was":'),
    "foreign": edited(lambda model: model.update(format="other")),
    "newer": edited(lambda model: model.update(version=2)),
    "method": edited(lambda model: model.update(method="other")),
    "keyless": edited(lambda model: model.pop("endmembers")),
    "null_weight": edited(lambda model: model["network"][0]["weights"][0].__setitem__(0, None)),
    "great_weight": edited(lambda model: model["network"][1]["weights"][0].__setitem__(0, 1e300)),
    "great_endmember": edited(lambda model: model["endmembers"][0].__setitem__(0, 1e300)),
    "ragged": edited(lambda model: model["network"][0]["weights"][1].pop()),
    "layers": edited(lambda model: model["network"].pop()),
    "biases": edited(lambda model: model["network"][1]["bias"].pop()),
    "endmembers": edited(lambda model: model["endmembers"].pop()),
    "bands": edited(lambda model: [row.pop() for row in model["endmembers"]]),
    "response": edited(lambda model: [row.pop() for row in model["spectral_response"]["matrix"]]),
    "negative_response": edited(lambda model: model["spectral_response"]["matrix"][0].__setitem__(0, -5)),
    "wavelengths": edited(lambda model: model["wavelengths_nm"].pop()),
    "scale": edited(lambda model: model["scaling"].update(scale=0)),
    "prior": edited(lambda model: model.update(prior_bands=10)),
    "networkless": edited(lambda model: model.update(network=[])),
    # A long row and many short ones: as a matrix it would have 36 GB.
    "wide": edited(lambda model: model.update(endmembers=[[0.5] * 30000] + 300000 * [[]])),
    "hidden": edited(lambda model: model["network"][0].update(bias=[0.0] * 1000000)),
}


def write_on_its_side(name, cube):
    """As EMIT has it: rows, columns, bands."""
    file = gdal.GetDriverByName("netCDF").CreateMultiDimensional(name)
    root = file.GetRootGroup()
    bands, rows, columns = cube.shape
    dimensions = [root.CreateDimension(key, "", "", size) for key, size in (("downtrack", rows), ("crosstrack", columns), ("bands", bands))]
    root.CreateMDArray("reflectance", dimensions, gdal.ExtendedDataType.Create(gdal.GDT_Float32)).Write(numpy.ascontiguousarray(cube.transpose(1, 2, 0)))


def write_images():
    """A scene of 32 x 32 pixels, 8 x 8 coarse ones, and what is wrong with its siblings. Returns the response matrix."""
    generator = numpy.random.default_rng(1)
    endmembers = generator.uniform(0.1, 0.9, (4, BANDS))
    truth = numpy.tensordot(endmembers.T, generator.dirichlet(numpy.ones(4), (32, 32)).transpose(2, 0, 1), 1)
    response = numpy.array([[1, 1, 1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]]) / [[3], [3], [4]]
    coarse = truth.reshape(BANDS, 8, 4, 8, 4).mean((2, 4)).astype("float32")
    sharp = numpy.tensordot(response, truth, 1).astype("float32")

    def write_coarse(name, cube, wavelengths=WAVELENGTHS, **options):
        write_image(name, numpy.asarray(cube, "float32"), wavelengths, geotransform=COARSE_GRID, **options)

    write_coarse("coarse.tif", coarse)
    write_coarse("no_wavelengths.tif", coarse, None)
    write_coarse("constant.tif", 0 * coarse + 0.5)
    write_coarse("zero.tif", 0 * coarse)
    write_coarse("negative.tif", -coarse)
    write_coarse("one_pixel.tif", coarse[:, :1, :1])
    write_coarse("nan.tif", coarse * numpy.nan)
    write_coarse("no_data.tif", 0 * coarse - 1, nodata=-1)
    write_coarse("two_pixels.tif", numpy.where(numpy.arange(64).reshape(8, 8) < 2, coarse, numpy.nan))
    write_coarse("great.tif", coarse * 1e36)
    write_image("sharp.tif", sharp, geotransform=SHARP_GRID)
    write_image("far.tif", sharp, geotransform=FAR_GRID)
    write_image("sharp_nan.tif", sharp * numpy.float32(numpy.nan), geotransform=SHARP_GRID)
    write_image("sharp_zero.tif", 0 * sharp, geotransform=SHARP_GRID)
    spectra = endmembers[:3].T.reshape(BANDS, 1, 3).astype("float32")
    write_image("endmembers.tif", spectra)
    write_image("coarse_mask.tif", numpy.ones((1, 8, 8), "uint8"))
    write_image("empty_mask.tif", numpy.zeros((1, 8, 8), "uint8"))
    write_image("sharp_mask.tif", numpy.ones((1, 32, 32), "uint8"))
    spectra[0, 0, 0] = numpy.nan
    write_image("endmembers_nan.tif", spectra)
    # Places that are lost, bands that are not what they seem, and headers that contradict themselves.
    turned = (500000, 36, 12, 5800000, 12, -36)
    write_image("turned.tif", coarse, WAVELENGTHS, geotransform=turned)
    write_image("turned_sharp.tif", sharp, geotransform=tuple(number / 4 if place % 3 else number for place, number in enumerate(turned)))
    write_image("points.tif", coarse, WAVELENGTHS, geotransform=None, epsg=None)
    image = gdal.Open("points.tif", gdal.GA_Update)
    image.SetGCPs([gdal.GCP(500000 + 36 * c + 12 * r, 5800000 + 12 * c - 36 * r, 0, c, r) for c in (0, 4, 8) for r in (0, 4, 8)], "")
    image = None
    one_constant = sharp.copy()
    one_constant[1] = 0.25
    write_image("band_constant.tif", one_constant, geotransform=SHARP_GRID)
    write_image("other_bands.tif", sharp, [2200, 1600, 490], geotransform=SHARP_GRID)
    alpha = numpy.full((1, 8, 8), 255, "uint8")
    write_image("alpha.tif", numpy.concatenate([alpha, alpha]), geotransform=COARSE_GRID)
    image = gdal.Open("alpha.tif", gdal.GA_Update)
    for band in (1, 2):
        image.GetRasterBand(band).SetColorInterpretation(gdal.GCI_AlphaBand)
    image = None
    listed = "{" + ", ".join(map(str, WAVELENGTHS)) + "}"
    for name, text in {
        "bbl": "bbl = {1, 1, 1, 1, 1, 1, 1, 1, 1}",
        "bbl_words": "bbl = {1, 1, 1, 1, 1, 1, 1, 1, 1, good}",
        "wavelengths_short": "wavelength = {450, 500, 550}",
        "wavelengths_zero": "wavelength = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}",
        "unit": f"wavelength units = Micrometers\nwavelength = {listed}",
    }.items():
        write_image(f"{name}.img", coarse, geotransform=COARSE_GRID)
        pathlib.Path(f"{name}.img.aux.xml").unlink(missing_ok=True)
        with open(f"{name}.hdr", "a", encoding="ascii") as header:
            header.write(text + "\n")
    pathlib.Path("alone.hdr").write_text(pathlib.Path("unit.hdr").read_text())
    write_on_its_side("side.nc", coarse)
    pathlib.Path("cut.tif").write_bytes(pathlib.Path("coarse.tif").read_bytes()[:1000])
    return response


def write_files():
    numpy.savetxt("matrix.csv", write_images(), delimiter=",")
    os.mkdir("folder")
    pathlib.Path("zero_byte.csv").write_bytes(b"1,\x00,3\n")
    for name, text in TEXTS.items():
        pathlib.Path(name).write_text(text)
    for name, method in {"morph": {}, "lift": {"method": "lift", "method_morph_ne": None, "method_morph_hidden": None}, "csp": {"method_morph_csp": "true"}, "auto": {"method": "auto"}}.items():
        parameters = {key: value for key, value in {**TRAINING, **method}.items() if value is not None}
        code, log = run("TrainSpectralInversion", **parameters, out=f"{name}.json")
        assert code == 0, log
    code, log = run("SpectralInversion", inms="sharp.tif", inhs="coarse.tif", model="morph.json", refine="true", out="refined.tif", outref="refinement.json")
    assert code == 0, log
    good = pathlib.Path("morph.json").read_text()
    for name, change in MODELS.items():
        pathlib.Path(f"model_{name}.json").write_text(change(good))
    # Larger than any model, without the disk's room for it.
    with open("model_huge.json", "wb") as huge:
        huge.truncate(3 * 10**9)
