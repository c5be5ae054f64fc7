#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""OTB's extended filenames (file.tif?&option=value) on the image parameters of the applications."""

import json
import unittest

import numpy
from osgeo import gdal

from launcher import read_image, run, write_image
from mixed_scene import COARSE_GRID, RATIO, SHARP_GRID, SIZE, WAVELENGTHS, WIDTHS
from super_resolution_case import SuperResolutionTest

COARSE_OF_TWO = (500000, 20, 0, 5800000, 0, -20)
BOX = (13, 5, 31, 22)  # column, row, columns, rows


class ExtendedFilenameTest(SuperResolutionTest):
    """Every application that writes images, with images to run it on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        truth = write_image(cls.folder / "truth.tif", cls.truth, WAVELENGTHS, WIDTHS, SHARP_GRID)
        srf = {"srf": "matrix", "srf_matrix_in": cls.matrix}
        case = cls("setUp")
        methods = {"morph": {}, "lift": {"method": "lift"}, "prior": {"method_morph_csp": "true"}}
        models = {name: case.train(f"{name}.json", epochs=5, **parameters) for name, parameters in methods.items()}
        case.succeeds("NMFEndmemberExtraction", **{"in": cls.inhs}, ne=4, outendm=cls.folder / "em.tif")
        case.succeeds("SpectralInversion", inms=cls.inms, model=models["morph"], out=cls.folder / "fused.tif", outab=cls.folder / "ab.tif")
        cls.whole = {}
        cls.runs = {
            "inversion": ("SpectralInversion", "out", {"inms": cls.inms, "model": models["morph"]}),
            "abundances": ("SpectralInversion", "outab", {"inms": cls.inms, "model": models["morph"], "out": cls.folder / "other.tif"}),
            "regression": ("SpectralInversion", "out", {"inms": cls.inms, "model": models["lift"]}),
            "prior": ("SpectralInversion", "out", {"inms": cls.inms, "inhs": cls.inhs, "model": models["prior"]}),
            "fusion": ("HyperspectralSuperResolution", "out", {"inhs": cls.inhs, "inms": cls.inms, **srf, "epochs": 5}),
            "unmixing": ("NMFEndmemberExtraction", "outab", {"in": truth, "ne": 4, "outendm": cls.folder / "other.tif"}),
            "mixing": ("LinearMixingSynthesis", "out", {"in": cls.folder / "ab.tif", "ie": cls.folder / "em.tif"}),
            "response": ("SpectralResponseDegradation", "out", {"in": truth, **srf, "snr": 30}),
            "blur": ("SpatialDegradation", "out", {"in": truth, "ratio": 2, "snr": 30}),
            "angles": ("HyperspectralQuality", "outsam", {"in": cls.folder / "fused.tif", "ref": truth}),
        }

    def written(self, run_name, options="", pixel_type="", **parameters):
        """The file that a run writes by that extended filename."""
        application, key, fixed = self.runs[run_name]
        file = self.folder / f"{run_name}.tif"
        self.log = self.succeeds(application, **{**fixed, **parameters, key: f"{file}{options and '?' + options}{pixel_type and ' ' + pixel_type}"})
        return gdal.Open(str(file))


    def pixels(self, run_name):
        """What that run writes without any option, once."""
        if run_name not in self.whole:
            self.whole[run_name] = self.written(run_name).ReadAsArray()
        return self.whole[run_name]


class Outputs(ExtendedFilenameTest):
    def test_box_is_a_crop(self):
        left, top, width, height = BOX
        for name in self.runs:
            transform = COARSE_OF_TWO if name == "blur" else SHARP_GRID
            box = self.written(name, "&box=" + ":".join(map(str, BOX)))
            numpy.testing.assert_array_equal(box.ReadAsArray(), self.pixels(name)[..., top : top + height, left : left + width], name)
            expected = gdal.ApplyGeoTransform(transform, left, top)
            self.assertEqual(tuple(box.GetGeoTransform()[index] for index in (0, 3, 1, 5)), (*expected, transform[1], transform[5]), name)

    def test_any_streaming(self):
        for name in self.runs:
            whole = self.pixels(name)
            for streaming in ("tiled&streaming:sizemode=height&streaming:sizevalue=16", "stripped&streaming:sizemode=height&streaming:sizevalue=7"):
                numpy.testing.assert_array_equal(self.written(name, f"&streaming:type={streaming}").ReadAsArray(), whole, name)
                # What training or the first output has computed already is not computed again in pieces.
                if name != "abundances":
                    self.assertRegex(self.log, r"blocks of (16x16|\d+x7) pixels")

    def test_creation_options(self):
        for name in self.runs:
            whole = self.pixels(name)
            compressed = self.written(name, "&gdal:co:COMPRESS=DEFLATE&gdal:co:TILED=YES")
            self.assertEqual(compressed.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE"), "DEFLATE")
            self.assertEqual(compressed.GetRasterBand(1).GetBlockSize(), [256, 256])
            numpy.testing.assert_array_equal(compressed.ReadAsArray(), whole, name)

    def test_bands(self):
        whole = self.pixels("inversion")
        some = self.written("inversion", "&bands=3,10:12")
        numpy.testing.assert_array_equal(some.ReadAsArray(), whole[[2, 9, 10, 11]])
        found = [some.GetRasterBand(band + 1).GetMetadataItem("wavelength") for band in range(4)]
        self.assertEqual(found, [f"{WAVELENGTHS[index]:.10g}" for index in (2, 9, 10, 11)])

    def test_no_data(self):
        holes = self.sharp.copy()
        holes[1, 30, 40] = numpy.nan
        inms = write_image(self.folder / "holes.tif", holes, geotransform=SHARP_GRID)
        # Integers hold reflectance times 10000.
        great = {"inms": write_image(self.folder / "great_holes.tif", 10000 * holes, geotransform=SHARP_GRID)}
        great["inhs"] = write_image(self.folder / "great_coarse.tif", 10000 * self.coarse, WAVELENGTHS, WIDTHS, COARSE_GRID)
        great["model"] = self.train("great.json", inhs=great["inhs"], epochs=5, method_morph_csp="true")
        images = {"inms": inms}
        for name, pixel_type, inputs in (("inversion", "float", images), ("prior", "int16", great), ("regression", "double", images), ("abundances", "float", images)):
            file = self.written(name, "&nodata=-5", pixel_type, **inputs)
            self.assertEqual({file.GetRasterBand(band + 1).GetNoDataValue() for band in range(file.RasterCount)}, {-5}, name)
            numpy.testing.assert_array_equal(numpy.argwhere((file.ReadAsArray() == -5).all(0)), [[30, 40]], name)

    def test_projection_is_set(self):
        self.assertEqual(self.written("response", "&epsg=32632").GetSpatialRef().GetAuthorityCode(None), "32632")


class Inputs(ExtendedFilenameTest):
    SRF = {"srf": "bands", "srf_bands_list": "490:65,560:35,665:30"}

    def test_wavelengths_follow_the_bands(self):
        # Of a file by GDAL, whose wavelengths are read from it, and of one by OTB, whose are in the image's metadata.
        for file in (self.folder / "truth.tif", self.folder / "fused.tif"):
            self.succeeds("SpectralResponseDegradation", **{"in": file}, **self.SRF, out=self.folder / "all.tif")
            for chosen in (range(24), range(len(WAVELENGTHS) - 1, -1, -1)):
                bands = ",".join(str(band + 1) for band in chosen)
                self.succeeds("SpectralResponseDegradation", **{"in": f"{file}?&bands={bands}"}, **self.SRF, out=self.folder / "some.tif")
                self.assertLess(abs(read_image(self.folder / "some.tif") - read_image(self.folder / "all.tif")).max(), 1e-5, (file, bands))
            self.succeeds("SpatialDegradation", **{"in": f"{file}?&bands=7,2,-3"}, out=self.folder / "three.tif")
            three = gdal.Open(str(self.folder / "three.tif"))
            found = [three.GetRasterBand(band + 1).GetMetadataItem("wavelength") for band in range(three.RasterCount)]
            self.assertEqual(found, [f"{WAVELENGTHS[index]:.10g}" for index in (6, 1, -3)], file)

    def test_training_on_some_bands(self):
        cut = write_image(self.folder / "cut.tif", self.coarse[4:20], WAVELENGTHS[4:20], WIDTHS[4:20], COARSE_GRID)
        models = [self.train("some.json", inhs=inhs, **self.SRF, epochs=5).read_bytes() for inhs in (cut, f"{self.inhs}?&bands=5:20")]
        self.assertEqual(json.loads(models[0])["wavelengths_nm"], list(WAVELENGTHS[4:20]))
        self.assertEqual(models[0], models[1])

    def test_bands_of_the_multispectral_image(self):
        swapped = write_image(self.folder / "swapped.tif", self.sharp[[2, 0, 3, 1]], geotransform=SHARP_GRID)
        whole = self.pixels("inversion")
        numpy.testing.assert_array_equal(self.written("inversion", inms=f"{swapped}?&bands=2,4,1,3").ReadAsArray(), whole)
        code, log = run("SpectralInversion", inms=f"{self.inms}?&bands=1:3", model=self.folder / "morph.json", out=self.folder / "three.tif")
        self.assertNotEqual(code, 0)
        self.assertIn("inms: found 3 bands, expected 4", log)

    def test_bands_that_are_not_there(self):
        code, log = run("SpectralResponseDegradation", **{"in": f"{self.inhs}?&bands=1,31"}, **self.SRF, out=self.folder / "none.tif")
        self.assertNotEqual(code, 0)
        self.assertIn("in: found bands=1,31 in the file name, expected numbers of bands that the image has", log)
        self.assertFalse((self.folder / "none.tif").exists())

    def test_without_georeferencing(self):
        file = self.written("inversion", inms=f"{self.inms}?&skipcarto=true")
        self.assertIsNone(file.GetSpatialRef())
        numpy.testing.assert_array_equal(file.ReadAsArray(), self.pixels("inversion"))
        # Then the prior's grids are set by their footprints, which are the same here.
        prior = self.written("prior", inms=f"{self.inms}?&skipcarto=true&skipgeom=true", inhs=f"{self.inhs}?&skipcarto=true")
        self.assertIn("equal footprints", self.log)
        numpy.testing.assert_array_equal(prior.ReadAsArray(), self.pixels("prior"))

    def test_overviews(self):
        overviews = write_image(self.folder / "overviews.tif", self.sharp, geotransform=SHARP_GRID)
        gdal.Open(str(overviews), gdal.GA_Update).BuildOverviews("AVERAGE", [2])
        half = write_image(self.folder / "half.tif", self.sharp.reshape(4, SIZE * RATIO // 2, 2, -1, 2).mean((2, 4)).astype("float32"))
        expected = self.written("inversion", inms=half).ReadAsArray()
        found = self.written("inversion", inms=f"{overviews}?&resol=1")
        self.assertLess(abs(found.ReadAsArray() - expected).max(), 1e-5)
        self.assertEqual(found.GetGeoTransform()[1], 2 * SHARP_GRID[1])


if __name__ == "__main__":
    unittest.main()
