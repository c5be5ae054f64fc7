#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SpatialDegradation and HyperspectralQuality from the command line: results against numpy, the published cases where they are at hand, bad input."""

import csv
import json
import math
import os
import pathlib
import re
import tempfile
import unittest

import numpy
from numpy.lib.stride_tricks import sliding_window_view
from osgeo import gdal

from launcher import read_image, run, write_image

BANDS, ROWS, COLUMNS = 6, 45, 38
WAVELENGTHS = 400 + 100.0 * numpy.arange(BANDS)

# Simulated cases (gt.tif, hsi.tif, named <scene>_x<ratio>_b<bands>), made by the published protocol; not part of the module.
CASES = pathlib.Path(os.environ.get("SPECTRAMORPH_CASES", pathlib.Path(__file__).resolve().parents[3] / "shared" / "cases"))
PUBLISHED_SNR = {4: 35, 8: 30, 16: 25, 32: 20}


def gaussian(sigma=3.4, radius=7):
    y, x = numpy.mgrid[-radius : radius + 1, -radius : radius + 1]
    kernel = numpy.exp(-(x**2 + y**2) / (2 * sigma**2))
    return kernel / kernel.sum()


def degrade(cube, kernel, ratio, border):
    """Convolution at every pixel, then the mean of every block, in double precision."""
    pad_y, pad_x = kernel.shape[0] // 2, kernel.shape[1] // 2
    mode = {"zero": "constant", "reflect": "symmetric"}[border]
    padded = numpy.pad(cube.astype(float), ((0, 0), (pad_y, pad_y), (pad_x, pad_x)), mode=mode)
    size = padded.shape[1] + 2 * pad_y, padded.shape[2] + 2 * pad_x
    blurred = numpy.fft.irfft2(numpy.fft.rfft2(padded, size) * numpy.fft.rfft2(kernel, size), size)
    blurred = blurred[:, 2 * pad_y : 2 * pad_y + cube.shape[1], 2 * pad_x : 2 * pad_x + cube.shape[2]]
    rows, columns = blurred.shape[1] // ratio, blurred.shape[2] // ratio
    return blurred[:, : rows * ratio, : columns * ratio].reshape(-1, rows, ratio, columns, ratio).mean((2, 4))


class ApplicationTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)
        self.random = numpy.random.default_rng(1)
        self.cube = self.random.uniform(0.1, 0.9, (BANDS, ROWS, COLUMNS)).astype("float32")
        self.image = write_image(self.folder / "sharp.tif", self.cube, WAVELENGTHS)

    def succeeds(self, application, **parameters):
        code, log = run(application, **parameters)
        self.assertEqual(code, 0, log)
        self.assertNotRegex(log, "ERROR|WARNING")
        return log

    def fails(self, application, *messages, **parameters):
        code, log = run(application, **parameters)
        self.assertNotEqual(code, 0, log)
        for message in messages:
            self.assertIn(message, log)
        self.assertNotIn("0x", log.split("(FATAL)")[-1])


class SpatialDegradation(ApplicationTest):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "coarse.tif"

    def degraded(self, **parameters):
        self.succeeds("SpatialDegradation", **{"in": self.image, "out": self.out, **parameters})
        return read_image(self.out)

    def refused(self, *messages, **parameters):
        self.fails("SpatialDegradation", *messages, **{"in": self.image, "out": self.out, **parameters})
        self.assertFalse(self.out.exists(), "an output file was left")

    def test_gaussian_with_both_borders(self):
        for border in ("zero", "reflect"):
            found = self.degraded(border=border, ratio=4)
            numpy.testing.assert_allclose(found, degrade(self.cube, gaussian(), 4, border), atol=1e-6)
        numpy.testing.assert_array_equal(found, self.degraded(), "reflect and 4 are the defaults")
        numpy.testing.assert_allclose(self.degraded(sigma=1.5, radius=3, ratio=5), degrade(self.cube, gaussian(1.5, 3), 5, "reflect"), atol=1e-6)

    def test_every_shape_keeps_a_constant(self):
        flat = write_image(self.folder / "flat.tif", numpy.full((1, 20, 20), 0.25, "float32"))
        seen = []
        for shape in ("gaussian", "kolmogorov", "airy", "moffat", "sinc", "lorentzian2", "hermite", "parabolic", "gabor", "delta"):
            numpy.testing.assert_allclose(self.degraded(**{"in": flat}, psf=shape), 0.25, rtol=1e-6)
            seen.append(self.degraded(psf=shape).tobytes())
        self.assertEqual(len(set(seen)), 10)

    def test_delta_is_the_area_average(self):
        expected = degrade(self.cube, numpy.ones((1, 1)), 3, "zero")
        numpy.testing.assert_allclose(self.degraded(psf="delta", ratio=3), expected, atol=1e-6)

    def test_kernel_from_files_is_convolved(self):
        kernel = numpy.array([[0, 1, 0, 0, 0], [2, 4, 1, 0, 0], [0, 0, 3, 0, 5.0]])
        table = self.folder / "kernel.csv"
        numpy.savetxt(table, kernel, delimiter=",")
        raster = write_image(self.folder / "kernel.tif", kernel[numpy.newaxis])
        expected = degrade(self.cube, kernel / kernel.sum(), 4, "reflect")
        for path in (table, raster):
            numpy.testing.assert_allclose(self.degraded(psf="file", psf_file_in=path), expected, atol=1e-6)

    def test_corner_projection_and_wavelengths_stay(self):
        self.degraded(ratio=4)
        image = gdal.Open(str(self.out))
        self.assertEqual((image.RasterXSize, image.RasterYSize, image.RasterCount), (9, 11, BANDS))
        self.assertEqual(image.GetGeoTransform(), (500000, 120, 0, 5800000, 0, -120))
        self.assertIn("32633", image.GetProjection())
        self.assertEqual(float(image.GetRasterBand(3).GetMetadataItem("wavelength")), 600)

    def test_noise_has_its_power_and_any_tiling_gives_the_same_bits(self):
        cube = self.random.uniform(0, 1, (4, 240, 200)).astype("float32") * numpy.array([1, 0.1, 30, 0.5], "float32")[:, None, None]
        sharp = write_image(self.folder / "large.tif", cube)
        options = {"in": sharp, "ratio": 2, "psf": "delta"}
        clean = self.degraded(**options).astype(float)
        noisy = self.degraded(**options, snr=25)
        power = (clean**2).mean((1, 2)) / ((noisy - clean) ** 2).mean((1, 2))
        numpy.testing.assert_allclose(10 * numpy.log10(power), 25, atol=0.25)

        tiled = f"{self.out}?&streaming:type=tiled&streaming:sizemode=height&streaming:sizevalue=16"
        code, log = run("SpatialDegradation", **options, snr=25, out=tiled)
        self.assertEqual(code, 0, log)
        self.assertGreater(int(re.findall(r"in (\d+) blocks", log)[-1]), 50)
        numpy.testing.assert_array_equal(read_image(self.out), noisy)
        numpy.testing.assert_array_equal(self.degraded(**options, snr=25, ram=1, env={"OTB_MAX_THREADS": "5"}), noisy)
        self.assertFalse(numpy.array_equal(self.degraded(**options, snr=25, rand=7), noisy))

    def test_invalid_pixels_become_no_data(self):
        self.cube[2, 20, 20] = numpy.nan
        holed = write_image(self.folder / "holed.tif", self.cube)
        found = self.degraded(**{"in": holed}, psf="delta", nodata=-1)
        numpy.testing.assert_array_equal(found[:, 5, 5], -1)
        self.assertEqual((found == -1).sum(), BANDS)
        image = gdal.Open(str(self.out))
        self.assertEqual(image.GetRasterBand(1).GetNoDataValue(), -1)

    def test_bad_input_is_refused_with_the_reason(self):
        self.refused("38 x 45 pixels, expected at least the ratio, 64", ratio=64)
        self.refused("sigma: found -1", sigma=-1)
        self.refused("psf.file.in: found no value", psf="file")
        even = self.folder / "even.csv"
        even.write_text("1,1\n1,1\n")
        self.refused("2 rows and 2 columns, expected odd numbers", psf="file", psf_file_in=even)
        even.write_text("1,a,1\n")
        self.refused("even.csv, line 1", psf="file", psf_file_in=even)

    def check_case(self, folder, ratio):
        found = self.degraded(**{"in": folder / "gt.tif"}, ratio=ratio, border="zero")
        clean = degrade(read_image(folder / "gt.tif"), gaussian(), ratio, "zero")
        numpy.testing.assert_allclose(found, clean, atol=1e-5)
        # What is left of the case is its noise: of the published power in each band, within the scatter of so few pixels.
        noise = read_image(folder / "hsi.tif") - found.astype(float)
        snr = 10 * numpy.log10((clean**2).mean((1, 2)) / (noise**2).mean((1, 2)))
        scatter = 10 / math.log(10) * math.sqrt(2 / noise[0].size)
        self.assertLess(abs(snr - PUBLISHED_SNR[ratio]).max(), 5 * scatter)
        self.assertLess(abs(snr.mean() - PUBLISHED_SNR[ratio]), 5 * scatter / math.sqrt(len(snr)) + 0.05)

    def test_a_case_made_by_the_application_is_one_of_the_protocol(self):
        y, x = numpy.mgrid[:128, :144]
        waves = [numpy.sin(0.05 * (band + 1) * y + 0.03 * x) * numpy.cos(0.02 * y * (band % 3) - 0.11 * x) for band in range(12)]
        cube = (0.5 + 0.3 * numpy.array(waves) + self.random.normal(0, 0.05, (12, 128, 144))).astype("float32")
        truth = write_image(self.folder / "gt.tif", cube)
        for ratio in (4, 8, 16):
            with self.subTest(ratio=ratio):
                self.degraded(**{"in": truth}, ratio=ratio, border="zero", snr=PUBLISHED_SNR[ratio])
                self.out.rename(self.folder / "hsi.tif")
                self.check_case(self.folder, ratio)

    @unittest.skipUnless(CASES.is_dir(), "no simulated cases at hand")
    def test_published_cases(self):
        for folder in sorted(path for path in CASES.iterdir() if path.is_dir()):
            with self.subTest(folder.name):
                self.check_case(folder, int(re.search(r"_x(\d+)_", folder.name).group(1)))


class HyperspectralQuality(ApplicationTest):
    def setUp(self):
        super().setUp()
        self.estimate = (self.cube + self.random.normal(0, 0.05, self.cube.shape)).astype("float32")
        self.fused = write_image(self.folder / "fused.tif", self.estimate, WAVELENGTHS)
        self.json = self.folder / "scores.json"

    def scores(self, **parameters):
        self.log = self.succeeds("HyperspectralQuality", **{"in": self.fused, "outjson": self.json, **parameters})
        return json.loads(self.json.read_text())

    def refused(self, *messages, **parameters):
        self.fails("HyperspectralQuality", *messages, **{"in": self.fused, "outjson": self.json, **parameters})
        self.assertEqual([path.name for path in self.folder.iterdir() if "scores" in path.name], [])

    def test_against_numpy(self):
        found = self.scores(ref=self.image, ratio=3, outcsv=self.folder / "scores.csv")["reference"]
        x, y = self.cube.astype(float), self.estimate.astype(float)
        mse = ((x - y) ** 2).mean((1, 2))
        cosine = (x * y).sum(0) / numpy.sqrt((x * x).sum(0) * (y * y).sum(0))
        expected = {
            "rmse": math.sqrt(mse.mean()),
            "psnr": 10 * math.log10(float(self.cube.max()) ** 2 / mse.mean()),
            "ergas": 100 / 3 * math.sqrt((mse / x.mean((1, 2)) ** 2).mean()),
            "sam": numpy.degrees(numpy.arccos(cosine)).mean(),
            "cc": numpy.mean([numpy.corrcoef(x[band].ravel(), y[band].ravel())[0, 1] for band in range(BANDS)]),
        }
        wx, wy = (sliding_window_view(image, (8, 8), (1, 2)) for image in (x, y))
        mx, my = wx.mean((3, 4)), wy.mean((3, 4))
        covariance = (wx * wy).mean((3, 4)) - mx * my
        expected["uiqi"] = (4 * covariance * mx * my / ((wx.var((3, 4)) + wy.var((3, 4))) * (mx**2 + my**2))).mean()
        window = gaussian(1.5, 5)
        filtered = [numpy.einsum("byxij,ij->byx", sliding_window_view(image, (11, 11), (1, 2)), window) for image in (x, y, x * x, y * y, x * y)]
        mx, my = filtered[:2]
        c1, c2 = (0.01 * float(self.cube.max())) ** 2, (0.03 * float(self.cube.max())) ** 2
        numerator = (2 * mx * my + c1) * (2 * (filtered[4] - mx * my) + c2)
        expected["ssim"] = (numerator / ((mx**2 + my**2 + c1) * (filtered[2] - mx**2 + filtered[3] - my**2 + c2))).mean()
        for key, value in expected.items():
            self.assertAlmostEqual(found["overall"][key] / value, 1, delta=1e-6, msg=key)
        self.assertAlmostEqual(found["bands"][4]["rmse"] / math.sqrt(mse[4]), 1, delta=1e-6)
        self.assertEqual(found["pixels"], ROWS * COLUMNS)

        # The same as output parameters, in the log, and as CSV.
        for key, value in expected.items():
            self.assertRegex(self.log, rf"(?m)^{key}: ")
            logged = float(re.search(rf"reference {key}: (\S+)", self.log).group(1))
            self.assertAlmostEqual(logged / value, 1, delta=1e-4)
            parameter = float(re.search(rf"(?m)^{key}: (\S+)", self.log).group(1))
            self.assertAlmostEqual(parameter / value, 1, delta=1e-6)
        with open(self.folder / "scores.csv", newline="") as file:
            lines = list(csv.DictReader(file))
        self.assertEqual([line["band"] for line in lines], ["all"] + [str(band + 1) for band in range(BANDS)])
        self.assertAlmostEqual(float(lines[0]["ssim"]) / expected["ssim"], 1, delta=1e-6)

    def test_an_image_against_itself(self):
        overall = self.scores(ref=self.fused)["reference"]["overall"]
        self.assertEqual((overall["rmse"], overall["psnr"], overall["ergas"], overall["sam"]), (0, None, 0, 0))
        for key in ("ssim", "uiqi", "cc"):
            self.assertAlmostEqual(overall[key], 1, delta=1e-12)

    def test_the_published_protocol_clips_and_quantizes(self):
        self.estimate[1, 5, 5], self.estimate[2, 6, 6] = 1.5, -0.5
        write_image(self.fused, self.estimate)
        overall = self.scores(ref=self.image, peak=1, clip="true", quantize="true")["reference"]["overall"]
        clipped = numpy.clip(self.estimate, 0, 1)
        self.assertAlmostEqual(overall["rmse"] / math.sqrt(((self.cube.astype(float) - clipped) ** 2).mean()), 1, delta=1e-6)
        x, y = ((image * 255).astype("uint8").astype(float) for image in (self.cube, clipped))
        self.assertAlmostEqual(overall["psnr"], 10 * math.log10(255**2 / ((x - y) ** 2).mean()), delta=1e-6)

    def test_maps(self):
        self.estimate[:, 3, 4] = -9999
        write_image(self.fused, self.estimate, nodata=-9999)
        found = self.scores(ref=self.image, outsam=self.folder / "sam.tif", outerr=self.folder / "err.tif")["reference"]
        sam, err = read_image(self.folder / "sam.tif")[0], read_image(self.folder / "err.tif")[0]
        self.assertEqual((sam[3, 4], err[3, 4], found["pixels"]), (-9999, -9999, ROWS * COLUMNS - 1))
        valid = sam != -9999
        self.assertEqual(valid.sum(), ROWS * COLUMNS - 1)
        self.assertAlmostEqual(sam[valid].mean(dtype=float) / found["overall"]["sam"], 1, delta=1e-6)
        self.assertAlmostEqual(math.sqrt((err[valid].astype(float) ** 2).mean()) / found["overall"]["rmse"], 1, delta=1e-6)
        self.assertEqual(gdal.Open(str(self.folder / "sam.tif")).GetGeoTransform(), (500000, 30, 0, 5800000, 0, -30))

    def test_mask_and_no_data(self):
        mask = numpy.ones((1, ROWS, COLUMNS), "uint8")
        mask[0, :10] = 0
        self.estimate[:, :10] += 100
        self.estimate[:, 20, 20] = -5
        write_image(self.fused, self.estimate)
        found = self.scores(ref=self.image, mask=write_image(self.folder / "mask.tif", mask), nodata=-5)["reference"]
        mask[0, 20, 20] = 0
        self.assertEqual(found["pixels"], mask.sum())
        difference = (self.cube.astype(float) - self.estimate)[:, mask[0] == 1]
        self.assertAlmostEqual(found["overall"]["rmse"] / math.sqrt((difference**2).mean()), 1, delta=1e-6)

    def test_consistency_without_a_reference(self):
        coarse = degrade(self.cube, gaussian(1.2, 3), 4, "reflect").astype("float32")
        matrix = numpy.array([[1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 2, 1.0]])
        matrix /= matrix.sum(1, keepdims=True)
        numpy.savetxt(self.folder / "srf.csv", matrix, delimiter=",")
        sharp = numpy.tensordot(matrix, self.cube, 1).astype("float32")
        found = self.scores(
            inhs=write_image(self.folder / "hs.tif", coarse, geotransform=(500000, 120, 0, 5800000, 0, -120)),
            inms=write_image(self.folder / "ms.tif", sharp),
            sigma=1.2,
            radius=3,
            srf="matrix",
            srf_matrix_in=self.folder / "srf.csv",
            outsam=self.folder / "sam.tif",
        )
        self.assertLessEqual({"spatial", "spectral"}, set(found))
        spectral = math.sqrt(((degrade(self.estimate, gaussian(1.2, 3), 4, "reflect") - coarse) ** 2).mean())
        spatial = math.sqrt(((numpy.tensordot(matrix, self.estimate, 1) - sharp) ** 2).mean())
        self.assertAlmostEqual(found["spectral"]["overall"]["rmse"] / spectral, 1, delta=1e-5)
        self.assertAlmostEqual(found["spatial"]["overall"]["rmse"] / spatial, 1, delta=1e-5)
        self.assertRegex(self.log, r"(?m)^spectral.rmse: ")
        self.assertRegex(self.log, r"(?m)^spatial.rmse: ")
        self.assertEqual(read_image(self.folder / "sam.tif").shape, (1, 11, 9))

    def test_any_memory_gives_the_same_scores(self):
        cube = self.random.uniform(0, 1, (20, 200, 150)).astype("float32")
        one, two = write_image(self.folder / "one.tif", cube), write_image(self.folder / "two.tif", cube**1.1)
        first = self.scores(**{"in": two}, ref=one)
        self.assertEqual(first, self.scores(**{"in": two}, ref=one, ram=1))
        self.assertGreater(int(re.findall(r"in (\d+) blocks", self.log)[-1]), 3)

    def test_bad_input_is_refused_with_the_reason(self):
        self.refused("ref: found no value, nor in inhs and inms")
        narrow = write_image(self.folder / "narrow.tif", self.cube[:, :, 1:])
        self.refused("in has 38 x 45 pixels and 6 bands, expected 37 x 45 pixels and 6 bands, those of ref", ref=narrow)
        fewer = write_image(self.folder / "fewer.tif", self.cube[1:])
        self.refused("and 6 bands, expected 38 x 45 pixels and 5 bands, those of ref", ref=fewer)
        self.refused("The mask has 37 x 45 pixels, expected 38 x 45", ref=self.image, mask=narrow)
        # Without georeferencing nothing but the ratio says how coarse an image is.
        plain = write_image(self.folder / "plain.tif", self.cube, geotransform=None, epsg=None)
        self.refused("in, made coarser by the ratio 5, has 7 x 9 pixels", **{"in": plain}, inhs=plain, ratio=5)
        black = write_image(self.folder / "black.tif", 0 * self.cube)
        self.refused("ref: found no pixel greater than 0", ref=black)


if __name__ == "__main__":
    unittest.main()
