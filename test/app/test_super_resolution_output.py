#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""HyperspectralSuperResolution, TrainSpectralInversion and SpectralInversion from the command line: what is written, of invalid pixels too, and in which pieces."""

import json
import os
import pathlib
import subprocess
import unittest

import numpy
from osgeo import gdal

from launcher import read_image, run, write_image
from mixed_scene import COARSE_GRID, RATIO, SHARP_GRID, SIZE, WAVELENGTHS, WIDTHS, root_mean_square
from super_resolution_case import QUICK, THREADS, SuperResolutionTest

# Of the OTB whose launcher runs them.
OTB_APPLICATIONS = [str(file.parent) for file in pathlib.Path(os.environ.get("OTB_INSTALL_DIR") or "/usr", "lib").glob("**/otbapp_HyperspectralUnmixing.so")]


class OutputFiles(SuperResolutionTest):
    def test_georeferencing_and_bands(self):
        self.fuse(outab=self.folder / "ab.tif", outem=self.folder / "em.tif")
        out, inms, abundances = (gdal.Open(str(path)) for path in (self.folder / "out.tif", self.inms, self.folder / "ab.tif"))
        for image in (out, abundances):
            self.assertEqual(image.GetGeoTransform(), SHARP_GRID)
            self.assertTrue(image.GetSpatialRef().IsSame(inms.GetSpatialRef()))
            self.assertEqual((image.RasterXSize, image.RasterYSize), (SIZE * RATIO, SIZE * RATIO))
        self.assertEqual((out.RasterCount, abundances.RasterCount), (len(WAVELENGTHS), 4))
        self.assertEqual(out.GetRasterBand(1).DataType, gdal.GDT_Float32)

    def test_wavelengths_and_widths(self):
        self.fuse(outem=self.folder / "em.tif")
        model = self.train("model.json", method="lift")
        self.succeeds("SpectralInversion", inms=self.inms, model=model, out=self.folder / "lift.tif")
        for name in ("out.tif", "em.tif", "lift.tif"):
            image = gdal.Open(str(self.folder / name))
            for index, (wavelength, width) in enumerate(zip(WAVELENGTHS, WIDTHS)):
                band = image.GetRasterBand(index + 1)
                self.assertEqual(band.GetMetadataItem("wavelength"), f"{wavelength:.10g}", name)
                self.assertEqual(band.GetMetadataItem("fwhm"), f"{width:.10g}", name)
                self.assertEqual(band.GetMetadataItem("wavelength_units"), "nm", name)

    def test_envi_header(self):
        out = self.folder / "out.hdr"
        self.succeeds("HyperspectralSuperResolution", inhs=self.inhs, inms=self.inms, srf="matrix", srf_matrix_in=self.matrix, **QUICK, out=out)
        fields = {}
        for line in out.read_text().replace("\n", " ").replace("} ", "}\n").splitlines():
            for key in ("wavelength", "fwhm", "wavelength units"):
                if f"{key} = " in line:
                    value = line.split(f"{key} = ")[1]
                    fields[key] = value.strip(" {}").split(",") if "{" in value else value.split()[0]
        numpy.testing.assert_array_equal([float(value) for value in fields["wavelength"]], WAVELENGTHS)
        numpy.testing.assert_array_equal([float(value) for value in fields["fwhm"]], numpy.round(WIDTHS, 8))
        self.assertEqual(fields["wavelength units"], "Nanometers")

    def test_pixel_types(self):
        inhs = write_image(self.folder / "coarse_400.tif", self.coarse * 400, WAVELENGTHS, geotransform=COARSE_GRID)
        sharp = self.sharp * 400
        # Brighter than the training set: the spectra leave the range of 8 bits, and on the other side zero.
        sharp[:, 0] = 2000
        sharp[0, 1] = 5000
        sharp[:, 2, 3] = numpy.nan
        inms = write_image(self.folder / "sharp_400.tif", sharp, geotransform=SHARP_GRID)
        expected = self.fuse(inhs=inhs, inms=inms, epochs=30)
        valid = numpy.ones(expected.shape[1:], bool)
        valid[2, 3] = False
        self.assertTrue(expected[:, valid].min() < -1 and expected[:, valid].max() > 300)
        for pixel_type, (gdal_type, low, high, no_data) in {
            "uint8": (gdal.GDT_Byte, 0, 255, 0),
            "uint16": (gdal.GDT_UInt16, 0, 65535, 0),
            "int16": (gdal.GDT_Int16, -32768, 32767, -9999),
            "uint32": (gdal.GDT_UInt32, 0, 2**32 - 1, 0),
            "int32": (gdal.GDT_Int32, -(2**31), 2**31 - 1, -9999),
            "float": (gdal.GDT_Float32, None, None, -9999),
            "double": (gdal.GDT_Float64, None, None, -9999),
        }.items():
            found = self.fuse(f"typed.tif {pixel_type}", inhs=inhs, inms=inms, epochs=30)
            image = gdal.Open(str(self.folder / "typed.tif"))
            self.assertEqual((image.GetRasterBand(1).DataType, image.GetRasterBand(1).GetNoDataValue()), (gdal_type, no_data))
            as_written = expected if low is None else numpy.rint(expected.astype(float)).clip(low, high)
            numpy.testing.assert_array_equal(found[:, valid], as_written[:, valid], pixel_type)
            self.assertTrue((found[:, ~valid] == no_data).all())

    def test_abundances_are_fractions_whatever_type_is_asked_for(self):
        sharp = self.sharp.copy()
        sharp[:, 2, 3] = numpy.nan
        inms = write_image(self.folder / "sharp_hole.tif", sharp, geotransform=SHARP_GRID)
        # No value that the type asked for can hold: what counts is the type that they are written as.
        self.fuse(inms=inms, epochs=30, nodata=-9999, outab=f"{self.folder}/ab.tif uint8")
        self.assertIn("outab is written as float", self.log)
        image = gdal.Open(str(self.folder / "ab.tif"))
        self.assertEqual((image.GetRasterBand(1).DataType, image.GetRasterBand(1).GetNoDataValue()), (gdal.GDT_Float32, -9999))
        abundances = read_image(self.folder / "ab.tif")
        self.assertTrue((abundances[:, 2, 3] == -9999).all() and (abundances != -9999).sum() == abundances[0].size * len(abundances) - len(abundances))

    def test_nothing_is_asked_of_linear_that_it_has_not(self):
        out = self.fuse(method="linear", epochs=2500)
        self.assertNotIn("not used", self.log)
        self.assertNotIn("Training the network", self.log)
        also = self.fuse(method="linear", outab=self.folder / "no_ab.tif", outem=self.folder / "no_em.tif", epochs=10, lr_peak=0.5, samples=100000)
        numpy.testing.assert_array_equal(out, also)
        for key in ("outab", "outem"):
            self.assertRegex(self.log, rf"{key} is not written: the method linear has no")
        self.assertIn("epochs, lr.peak are not used: the method linear does not train step by step", self.log)
        self.assertFalse((self.folder / "no_ab.tif").exists() or (self.folder / "no_em.tif").exists())

    def test_nothing_is_asked_of_lift_that_it_has_not(self):
        out = self.fuse(method="lift")
        also = self.fuse(method="lift", outab=self.folder / "no_ab.tif", outem=self.folder / "no_em.tif")
        numpy.testing.assert_array_equal(out, also)
        for key in ("outab", "outem"):
            self.assertRegex(self.log, rf"\(INFO\) HyperspectralSuperResolution: {key} is not written: the method lift has no")
        self.assertFalse((self.folder / "no_ab.tif").exists() or (self.folder / "no_em.tif").exists())
        model = self.train("lift.json", method="lift", outem=self.folder / "no_em.tif")
        self.succeeds("SpectralInversion", inms=self.inms, inhs=self.inhs, model=model, out=self.folder / "two.tif", outab=self.folder / "no_ab.tif")
        numpy.testing.assert_array_equal(read_image(self.folder / "two.tif"), out)
        self.assertFalse((self.folder / "no_ab.tif").exists() or (self.folder / "no_em.tif").exists())

    def test_training_records_its_facts(self):
        self.train("model.json", rand=9, epochs=20)
        training = json.loads((self.folder / "model.json").read_text())["training"]
        self.assertEqual((training["pixels"], training["epochs"], training["seed"]), (SIZE * SIZE, 20, 9))
        self.assertTrue(0 < training["nmf_relative_error"] < 0.05 and 0 < training["loss"] < 1)

    @unittest.skipUnless(OTB_APPLICATIONS, "OTB's own applications are not installed")
    def test_endmembers_suit_unmixing(self):
        self.fuse(outem=self.folder / "em.tif", scaling="none")
        environment = {"OTB_APPLICATION_PATH": os.pathsep.join(OTB_APPLICATIONS)}
        code, log = run("HyperspectralUnmixing", env=environment, **{"in": self.inhs}, ie=self.folder / "em.tif", ua="ucls", out=self.folder / "unmixed.tif double")
        self.assertEqual(code, 0, log)
        mixed = numpy.tensordot(read_image(self.folder / "em.tif")[:, 0], read_image(self.folder / "unmixed.tif"), 1)
        self.assertLess(root_mean_square(mixed - self.coarse), 0.005)

    def test_zeros_may_be_left_out_of_a_sparse_file(self):
        write_image(self.folder / "zeros.tif", numpy.zeros((len(WAVELENGTHS), 4, 4), "float32"), WAVELENGTHS)
        self.succeeds("SpectralResponseDegradation", **{"in": self.folder / "zeros.tif"}, srf="matrix", srf_matrix_in=self.matrix,
                      out=self.folder / "out.tif?&gdal:co:SPARSE_OK=TRUE")


class InvalidPixels(SuperResolutionTest):
    def test_left_out_of_training(self):
        for parameters in ({}, {"method": "lift"}, {"method": "linear"}, {"method_morph_csp": "true"}):
            models = []
            for values in ((numpy.nan, numpy.inf, -1), (-numpy.inf, numpy.nan, numpy.nan)):
                holes = self.coarse.copy()
                holes[3, 2, 5] = values[0]
                holes[:, 7, 8] = values[1]
                holes[:, 20, 23] = values[2]
                inhs = write_image(self.folder / "holes.tif", holes, WAVELENGTHS, geotransform=COARSE_GRID, nodata=-1)
                models.append(self.train("model.json", inhs=inhs, epochs=30, **parameters).read_bytes())
            self.assertEqual(json.loads(models[0])["training"]["pixels"], SIZE * SIZE - 3)
            self.assertEqual(models[0], models[1], "what an invalid pixel holds reached the model")

    def test_written_as_no_data(self):
        holes = self.sharp.copy()
        holes[3, 2, 5] = numpy.nan
        holes[0, 50, 51] = -numpy.inf
        holes[:, 90, 95] = -1
        holes[1, 90, 94] = -1
        inms = write_image(self.folder / "sharp_holes.tif", holes, geotransform=SHARP_GRID, nodata=-1)
        expected = numpy.zeros(holes.shape[1:], bool)
        expected[2, 5] = expected[50, 51] = expected[90, 95] = expected[90, 94] = True
        for parameters in ({}, {"method": "lift"}, {"method": "linear"}, {"method_morph_csp": "true"}):
            whole = self.fuse(**parameters, refine="false")
            for extra, no_data in (({"refine": "false"}, -9999), ({"nodata": -5}, -5)):
                abundances = {} if "method" in parameters else {"outab": self.folder / "ab.tif"}
                out = self.fuse(inms=inms, **parameters, **abundances, **extra)
                numpy.testing.assert_array_equal((out == no_data).all(0), expected)
                self.assertTrue(numpy.isfinite(out).all())
                image = gdal.Open(str(self.folder / "out.tif"))
                self.assertEqual({image.GetRasterBand(band + 1).GetNoDataValue() for band in range(image.RasterCount)}, {no_data})
                if "refine" in extra:
                    numpy.testing.assert_array_equal(out[:, ~expected], whole[:, ~expected])
                else:
                    self.assertLess(root_mean_square((out - self.truth)[:, ~expected]), root_mean_square((whole - self.truth)[:, ~expected]) + 1e-6)
                if abundances:
                    image = gdal.Open(str(self.folder / "ab.tif"))
                    numpy.testing.assert_array_equal(image.GetRasterBand(1).ReadAsArray() == image.GetRasterBand(1).GetNoDataValue(), expected)


class FullDisk(SuperResolutionTest):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", self.disk], check=False, capture_output=True).returncode:
            self.skipTest("a small disk needs root and mount")
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.disk], check=True)

    def test_no_broken_image_stays(self):
        model = self.train("model.json")
        for name in ("out.tif", "out.tif?&gdal:co:TILED=YES", "out.tif?&gdal:co:COMPRESS=DEFLATE", "out.hdr"):
            code, log = run("SpectralInversion", inms=self.inms, model=model, out=self.disk / name)
            self.assertNotEqual(code, 0, name)
            self.assertIn("out: found that", log, name)
            self.assertEqual(list(self.disk.iterdir()), [], name)


class Streaming(SuperResolutionTest):
    def test_any_tiling_and_thread_count_give_the_same_bits(self):
        for method in ("morph", "lift"):
            whole = self.fuse(method=method)
            for streaming in ("tiled&streaming:sizemode=height&streaming:sizevalue=16", "stripped&streaming:sizemode=height&streaming:sizevalue=7"):
                for threads in (1, 3):
                    found = self.fuse(f"tiles.tif?&streaming:type={streaming}", env={THREADS: str(threads)}, method=method)
                    numpy.testing.assert_array_equal(found, whole)
            self.assertIn("blocks of 96x7 pixels", self.log)

    def test_little_memory(self):
        model = self.train("model.json")
        for parameters in ({"refine": "false"}, {}):
            whole = self.fuse(**parameters)
            log = self.succeeds("SpectralInversion", inms=self.inms, inhs=self.inhs, model=model, ram=1, out=self.folder / "strips.tif", **parameters)
            self.assertRegex(log, r"strips.tif will be written in [2-9]\d* blocks")
            numpy.testing.assert_array_equal(read_image(self.folder / "strips.tif"), whole)


if __name__ == "__main__":
    unittest.main()
