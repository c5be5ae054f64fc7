#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The benchmark: its cases, its comparison methods, its table, and the interface to HyperBench, all on tiny scenes."""

import contextlib
import csv
import importlib.util
import io
import os
import pathlib
import sys
import tempfile
import unittest

import numpy
from osgeo import gdal

import benchmark
import comparison
import hyperbench_adapter
import measured
import results
import scene

# Simulated cases (gt.tif, hsi.tif, msi.tif, srf.csv, named <scene>_x<ratio>_b<bands>), made by the published protocol; not part of the module.
CASES = pathlib.Path(os.environ.get("SPECTRAMORPH_CASES", pathlib.Path(__file__).resolve().parents[3] / "shared" / "cases"))

# Bands of the published protocol: centre, lower and upper edge [nm].
IKONOS = ((480, 421, 539), (552, 480, 624), (666, 602, 729), (803, 713, 893))
IKONOS_PANCHROMATIC = ((729, 409, 1048),)


def mixed_scene(rows=48, columns=48, bands=20, materials=4):
    """Smooth spectra, mixed by fields of several sizes that sum to one."""
    random = numpy.random.default_rng(5)
    axis = numpy.linspace(0, 1, bands)
    spectra = numpy.array([0.5 + 0.4 * numpy.sin(6 * axis * random.uniform(0.3, 1) + random.uniform(0, 6)) for _ in range(materials)])
    y, x = numpy.mgrid[:rows, :columns]
    waves = [sum(numpy.sin(random.uniform(-1, 1) * y + random.uniform(-1, 1) * x + random.uniform(0, 6)) for _ in range(6)) for _ in range(materials)]
    weights = numpy.exp(1.5 * numpy.array(waves))
    return numpy.tensordot(spectra, weights / weights.sum(0), (0, 0))


def gaussian(sigma=scene.SIGMA, radius=scene.RADIUS):
    y, x = numpy.mgrid[-radius : radius + 1, -radius : radius + 1]
    kernel = numpy.exp(-(x**2 + y**2) / (2 * sigma**2))
    return kernel / kernel.sum()


def psnr(image, truth):
    return 10 * numpy.log10(1 / ((image - truth) ** 2).mean())


class FolderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class Measured(unittest.TestCase):
    def test_time_and_memory_are_those_of_the_command_alone(self):
        ballast = numpy.ones(40_000_000)
        seconds, idle = measured.run([sys.executable, "-S", "-c", "import time; time.sleep(0.3)"])
        _, busy = measured.run([sys.executable, "-S", "-c", "held = bytearray(b'1') * 100_000_000"])
        self.assertGreater(seconds, 0.3)
        self.assertLess(idle, 100)
        self.assertGreater(busy, 100_000_000 / 2**20)
        self.assertLess(busy, 200)
        del ballast

    def test_failures_carry_the_log(self):
        for code in ("raise SystemExit('no disk')", "print('(FATAL) no disk')"):
            with self.assertRaisesRegex(measured.Failed, "no disk"):
                measured.run([sys.executable, "-c", code])


class Comparison(unittest.TestCase):
    def setUp(self):
        self.truth, self.psf, self.ratio = mixed_scene(), gaussian(), 4
        self.srf = numpy.kron(numpy.eye(4), numpy.ones(5) / 5)
        self.hsi = comparison.degrade(self.truth, self.psf, self.ratio)
        self.msi = numpy.tensordot(self.srf, self.truth, 1)

    def fused(self, method):
        return comparison.METHODS[method](self.hsi, self.msi, self.srf, self.psf, self.ratio)

    def test_degrade_is_convolution_and_block_mean(self):
        kernel = numpy.arange(15.0).reshape(3, 5)
        band = self.truth[:1, :8, :12]
        padded = numpy.pad(band[0], ((1, 1), (2, 2)))
        blurred = [[(padded[v : v + 3, u : u + 5] * kernel[::-1, ::-1]).sum() for u in range(12)] for v in range(8)]
        expected = numpy.array(blurred).reshape(2, 4, 3, 4).mean((1, 3))
        numpy.testing.assert_allclose(comparison.degrade(band, kernel, 4)[0], expected, rtol=1e-10)

    def test_upsampling_keeps_the_place(self):
        numpy.testing.assert_allclose(self.fused("nearest")[:, ::4, 3::4], self.hsi, rtol=1e-6)
        ramp = numpy.arange(10.0)[None, None] * numpy.ones((1, 10, 1))
        found = comparison.upsample(ramp, 4, "cubic")[0, 20, 12:-12]
        numpy.testing.assert_allclose(found, (numpy.arange(12, 28) + 0.5) / 4 - 0.5, atol=1e-5)

    def test_fusion_beats_upsampling(self):
        baseline = psnr(self.fused("bicubic"), self.truth)
        for method, gain in (("gsa", 6), ("cnmf", 12), ("hysure", 12)):
            self.assertGreater(psnr(self.fused(method), self.truth), baseline + gain, method)


class Scene(FolderTest):
    def test_prepared_is_cropped_then_scaled_and_keeps_place_and_wavelengths(self):
        cube = numpy.random.default_rng(3).gamma(2, 500, (5, 13, 18))
        # What is cropped does not count.
        cube[:, 12:], cube[:, :, 16:] = 1e6, -1e6
        path, out = self.folder / "scene.tif", self.folder / "truth.tif"
        scene.write(path, cube)
        image = gdal.Open(str(path), gdal.GA_Update)
        image.SetGeoTransform((500000, 30, 0, 5800000, 0, -30))
        image.GetRasterBand(2).SetMetadataItem("wavelength", "512.5")
        image = None
        scene.prepare(path, 4, out)
        low, high = numpy.percentile(cube[:, :12, :16], (1, 99))
        numpy.testing.assert_allclose(scene.read(out), numpy.clip((cube[:, :12, :16] - low) / (high - low), 0, 1), atol=1e-5)
        image = gdal.Open(str(out))
        self.assertEqual(image.GetGeoTransform(), (500000, 30, 0, 5800000, 0, -30))
        self.assertEqual(image.GetRasterBand(2).GetMetadataItem("wavelength"), "512.5")
        self.assertEqual(scene.read_shape(path), (13, 18, 5))

    @unittest.skipIf(importlib.util.find_spec("scipy") is None, "no SciPy at hand")
    def test_matlab_files(self):
        import scipy.io

        cube = numpy.arange(120.0).reshape(4, 6, 5)
        path = self.folder / "scene.mat"
        scipy.io.savemat(path, {"pavia": cube.transpose(1, 2, 0), "labels": cube[0]})
        numpy.testing.assert_array_equal(scene.read(path), cube)
        self.assertEqual(scene.read_shape(path), (6, 5, 4))
        scene.prepare(path, 2, self.folder / "truth.tif")
        self.assertEqual(scene.read(self.folder / "truth.tif").shape, (4, 6, 4))


class Table(FolderTest):
    def test_rows_survive_and_others_columns_are_refused(self):
        path = str(self.folder / "scores.csv")
        row = {name: 1.5 for name in results.COLUMNS} | {"psnr": None}
        results.Table(path).add(row)
        found = results.Table(path).find({name: 1.5 for name in results.KEY})
        self.assertEqual((found["psnr"], found["sam"]), ("", "1.5"))
        self.assertIsNone(results.Table(path).find({name: 1.5 for name in results.KEY} | {"seed": 2}))
        self.assertEqual(os.listdir(self.folder), ["scores.csv"])
        pathlib.Path(path).write_text("scene,method\n")
        with self.assertRaisesRegex(ValueError, "scores.csv: found the columns"):
            results.Table(path)

    def test_summary_is_the_mean_over_cases(self):
        rows = [{name: "1" for name in results.COLUMNS} | {"psnr": value, "ratio": ratio} for value, ratio in (("30", "4"), ("31", "4"), ("40", "8"))]
        text = results.summary(rows)
        self.assertIn("| 1 | 3 | 33.67 |", text)
        self.assertIn("| 1 | 30.50 / 1.00 | 40.00 / 1.00 |", text)


class Benchmark(FolderTest):
    def run_benchmark(self, *arguments):
        with contextlib.redirect_stdout(io.StringIO()) as output, contextlib.redirect_stderr(output):
            code = benchmark.main([*map(str, arguments), "--out", str(self.folder)])
        return code, output.getvalue()

    def rows(self):
        with open(self.folder / "scores.csv", newline="") as file:
            return {row["method"]: row for row in csv.DictReader(file)}

    def test_a_case_and_what_is_done_is_not_done_again(self):
        arguments = ["--synthetic", "34x41x12", "--blurs", "gaussian", "--pairs", "4:3", "--methods", "nearest", "--variant", "short=-epochs 20", "--keep"]
        code, output = self.run_benchmark(*arguments)
        self.assertEqual(code, 0, output)
        rows = self.rows()
        self.assertEqual(list(rows), ["nearest", "short"])
        images = self.folder / "synthetic_gaussian_x4_b3_seed0"
        truth = scene.read(images / "truth.tif")
        self.assertEqual(truth.shape, (12, 32, 40))
        self.assertEqual((truth.min(), truth.max()), (0, 1))
        for method, row in rows.items():
            fused = numpy.clip(scene.read(images / f"{method}.tif").astype(float), 0, 1)
            self.assertAlmostEqual(float(row["rmse"]), numpy.sqrt(((fused - truth) ** 2).mean()), places=5)
            levels = [(image.astype("float32") * 255).astype("uint8").astype(float) for image in (fused, truth)]
            self.assertAlmostEqual(float(row["psnr"]), 10 * numpy.log10(255**2 / ((levels[0] - levels[1]) ** 2).mean()), places=3)
            self.assertGreater(float(row["peak_mib"]), 10)
        self.assertEqual(rows["nearest"]["train_seconds"], "")
        total = float(rows["short"]["train_seconds"]) + float(rows["short"]["infer_seconds"])
        self.assertAlmostEqual(float(rows["short"]["total_seconds"]), total, places=3)
        self.assertIn("| short | 1 |", (self.folder / "summary.md").read_text())

        # A row lost, a row marked: only the lost one is made again.
        path = self.folder / "scores.csv"
        lines = path.read_text().splitlines()
        path.write_text("\n".join([lines[0], lines[2].replace(rows["short"]["psnr"], "77.25")]) + "\n")
        code, output = self.run_benchmark(*arguments)
        self.assertEqual(code, 0, output)
        again = self.rows()
        self.assertEqual(again["short"], rows["short"] | {"psnr": "77.25"})
        self.assertEqual([again["nearest"][name] for name in results.SCORES], [rows["nearest"][name] for name in results.SCORES])
        self.assertIn("| short | 1 | 77.25 |", (self.folder / "summary.md").read_text())
        # Other parameters under the name are another method.
        code, output = self.run_benchmark(*arguments[:-2], "short=-epochs 10")
        self.assertEqual((code, len(path.read_text().splitlines())), (0, 4), output)

    def test_a_failing_method_is_told_and_not_recorded(self):
        scene.write(self.folder / "small.tif", mixed_scene(16, 16))
        arguments = ["--scene", self.folder / "small.tif", "--blurs", "delta", "--pairs", "4:1", "--methods", "nearest"]
        code, output = self.run_benchmark(*arguments, "--variant", "wrong=-method.morph.ne 0")
        self.assertEqual((code, list(self.rows())), (1, ["nearest"]))
        self.assertIn("small delta 4:1 seed 0 wrong failed", output)
        # Without wavelengths there is no true axis.
        code, output = self.run_benchmark(*arguments, "--axis", "true")
        self.assertEqual(code, 1)
        self.assertIn("small delta 4:1 seed 0 failed", output)

    def test_bad_input_is_refused_with_the_reason(self):
        cube = mixed_scene(16, 16)
        cube[3, 4, 5] = numpy.nan
        scene.write(self.folder / "holes.tif", cube)
        code, output = self.run_benchmark("--scene", self.folder / "holes.tif", "--pairs", "4:4")
        self.assertEqual(code, 1)
        self.assertIn("holes.tif: found values that are no numbers", output)
        scene.write(self.folder / "small.tif", cube[:, :3])
        self.assertIn("expected at least the ratio, 4", self.run_benchmark("--scene", self.folder / "small.tif", "--pairs", "4:4")[1])
        with self.assertRaises(SystemExit):
            self.run_benchmark("--scene", "a.tif", "--pairs", "4:5")
        with self.assertRaises(SystemExit):
            self.run_benchmark("--scene", "a.tif", "--pairs", "5:4")

    def check_case(self, published, ratio, bands):
        truth = scene.read(published / "gt.tif").astype(float)
        case = scene.Case(self.folder, published / "gt.tif", "gaussian", ratio, bands, "stretched", scene.HSI_SNR[ratio], scene.MSI_SNR, 0)
        response = numpy.loadtxt(published / "srf.csv", delimiter=",", ndmin=2)
        numpy.testing.assert_allclose(numpy.loadtxt(case.srf, delimiter=",", ndmin=2), response, atol=1e-6)
        numpy.testing.assert_allclose(numpy.loadtxt(case.psf, delimiter=","), gaussian(), atol=1e-6)
        clean = {"msi.tif": numpy.tensordot(response, truth, 1), "hsi.tif": comparison.degrade(truth, gaussian(), ratio)}
        for file, snr in (("msi.tif", scene.MSI_SNR), ("hsi.tif", scene.HSI_SNR[ratio])):
            # The published images and ours are the same but for the noise, which has the same power in each band.
            for folder in (published, self.folder):
                noise = scene.read(folder / file) - clean[file]
                found = 10 * numpy.log10((clean[file] ** 2).mean((1, 2)) / (noise**2).mean((1, 2)))
                scatter = 10 / numpy.log(10) * numpy.sqrt(2 / noise[0].size)
                self.assertLess(abs(found - snr).max(), 5 * scatter, folder / file)

    def test_cases_are_those_of_the_protocol_written_down_again(self):
        folder = self.folder / "protocol"
        folder.mkdir()
        random = numpy.random.default_rng(3)
        truth = mixed_scene(96, 80, 30)
        scene.write(folder / "gt.tif", truth)
        for ratio, sensor in ((8, IKONOS), (4, IKONOS), (4, IKONOS_PANCHROMATIC)):
            with self.subTest(ratio=ratio, bands=len(sensor)):
                places = numpy.linspace(min(low for _, low, _ in sensor), max(high for _, _, high in sensor), len(truth))
                response = numpy.array([numpy.exp(-0.5 * ((places - center) / ((high - low) / 4.2)) ** 2) for center, low, high in sensor])
                response /= response.sum(1, keepdims=True)
                numpy.savetxt(folder / "srf.csv", response, delimiter=",")
                clean = {"msi.tif": numpy.tensordot(response, truth, 1), "hsi.tif": comparison.degrade(truth, gaussian(), ratio)}
                for (file, image), snr in zip(clean.items(), (scene.MSI_SNR, scene.HSI_SNR[ratio])):
                    deviation = numpy.sqrt((image**2).mean((1, 2), keepdims=True) * 10 ** (-snr / 10))
                    scene.write(folder / file, image + deviation * random.normal(size=image.shape))
                self.check_case(folder, ratio, len(sensor))

    @unittest.skipUnless(CASES.is_dir(), "no simulated cases at hand")
    def test_published_cases(self):
        for name, ratio, bands in (("jasper_ridge_x8_b4", 8, 4), ("pavia_center_x4_b8", 4, 8), ("jasper_ridge_x4_b1", 4, 1)):
            with self.subTest(name):
                self.check_case(CASES / name, ratio, bands)


class HyperBench(unittest.TestCase):
    def test_contract(self):
        truth = mixed_scene(32, 24).astype("float32")
        srf = numpy.kron(numpy.eye(4), numpy.ones(5) / 5).astype("float32")
        hsi = comparison.degrade(truth, gaussian(1, 3), 4).transpose(1, 2, 0)
        msi = numpy.tensordot(srf, truth, 1).transpose(1, 2, 0)
        fused, costs = hyperbench_adapter.run_pipeline(HR_MSI=msi, LR_HSI=hsi, srf=srf, psf=None, metadata={"seed": 1})
        self.assertEqual(fused.shape, (32, 24, 20))
        self.assertGreater(psnr(fused.transpose(2, 0, 1), truth), 35)
        self.assertGreater(costs["pipeline_train_time_sec"], 0)
        batch, _ = hyperbench_adapter.run_pipeline(msi[None], hsi[None], srf, metadata={"seed": 1})
        numpy.testing.assert_array_equal(batch[0], fused)
        with self.assertRaisesRegex(ValueError, "found the shape"):
            hyperbench_adapter.run_pipeline(msi[0], hsi, srf)


if __name__ == "__main__":
    unittest.main()
