#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""NMFEndmemberExtraction and LinearMixingSynthesis from the command line, against planted factors, a brute-force solver and numpy."""

import itertools
import pathlib
import re
import tempfile
import unittest

import numpy
from osgeo import gdal

import mixed_scene
from launcher import read_image, run, write_image
from mixed_scene import COARSE_GRID, WAVELENGTHS, WIDTHS

THREADS = "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"


class EndmemberTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def succeeds(self, application, **parameters):
        code, log = run(application, **parameters)
        self.assertEqual(code, 0, log)
        return log

    def extract(self, image, name="em.tif", **parameters):
        """The endmembers, K x C; the log is in self.log."""
        self.log = self.succeeds("NMFEndmemberExtraction", **{"in": image, **parameters}, outendm=self.folder / name)
        endmembers = read_image(self.folder / name)
        self.assertEqual(endmembers.shape[1], 1)
        return endmembers[:, 0].T


def planted(rows=24, columns=20, seed=3):
    """Three spectra that each have bands of their own, where the others are zero, and mixtures of any sum: the only factors are those planted, but for their scale."""
    generator = numpy.random.default_rng(seed)
    spectra = numpy.zeros((3, 18))
    for k in range(3):
        spectra[k] = generator.uniform(0.2, 1, 18) * (numpy.arange(18) % 4 != 3)
        for other in range(3):
            if other != k:
                spectra[k, 4 * other + 3] = 0
        spectra[k, 4 * k + 3] = 1
    abundances = generator.uniform(0, 1, (3, rows, columns))
    abundances[:, 0, :3] = numpy.eye(3)
    return spectra, abundances, numpy.tensordot(spectra.T, abundances, 1).astype("float32")


def nonnegative_least_squares(endmembers, spectra):
    """argmin ||a E - x|| over a >= 0 for each row x, by trying every set of endmembers that may be present."""
    best = numpy.full(len(spectra), numpy.inf)
    abundances = numpy.zeros((len(spectra), len(endmembers)))
    for count in range(len(endmembers) + 1):
        for present in itertools.combinations(range(len(endmembers)), count):
            candidate = numpy.zeros_like(abundances)
            if present:
                candidate[:, present] = numpy.linalg.lstsq(endmembers[list(present)].T, spectra.T, rcond=None)[0].T
            residual = ((candidate @ endmembers - spectra) ** 2).sum(1)
            better = (candidate >= 0).all(1) & (residual < best - 1e-15)
            best[better], abundances[better] = residual[better], candidate[better]
    return abundances


class Extraction(EndmemberTest):
    def test_planted_endmembers_are_found(self):
        spectra, _, cube = planted()
        found = self.extract(write_image(self.folder / "in.tif", cube * 300), ne=3, badbands="none")
        directions = found / numpy.linalg.norm(found, axis=1, keepdims=True)
        cosines = directions @ (spectra / numpy.linalg.norm(spectra, axis=1, keepdims=True)).T
        self.assertEqual(sorted(cosines.argmax(1)), [0, 1, 2])
        self.assertGreater(cosines.max(1).min(), 0.995)
        self.assertGreaterEqual(found.min(), 0)
        residual = float(re.search(r"relative residual ([0-9.e-]+)", self.log).group(1))
        self.assertLess(residual, 0.01)

    def test_unit_does_not_matter(self):
        cube = planted()[2]
        expected = self.extract(write_image(self.folder / "in.tif", cube), ne=3)
        numpy.testing.assert_array_equal(self.extract(write_image(self.folder / "scaled.tif", cube * 8192), ne=3), expected * 8192)

    def test_abundances_are_those_of_nonnegative_least_squares(self):
        _, _, cube = planted()
        # Noise, so that the constraint binds in many pixels; spectra beyond the endmembers' cone.
        noisy = (cube + numpy.random.default_rng(4).normal(0, 0.3, cube.shape)).astype("float32")
        image = write_image(self.folder / "in.tif", noisy)
        endmembers = self.extract(image, ne=3, outab=self.folder / "ab.tif")
        found = read_image(self.folder / "ab.tif").reshape(3, -1).T
        expected = nonnegative_least_squares(endmembers.astype(float), noisy.reshape(18, -1).T.astype(float))
        self.assertGreater((expected == 0).mean(), 0.02)
        numpy.testing.assert_allclose(found, expected, atol=1e-4 * expected.max())

    def test_outputs_are_described(self):
        cube = mixed_scene.scene()[1]
        image = write_image(self.folder / "in.tif", cube, WAVELENGTHS, WIDTHS, COARSE_GRID)
        self.extract(image, ne=4, outab=self.folder / "ab.tif")
        endmembers, abundances = gdal.Open(str(self.folder / "em.tif")), gdal.Open(str(self.folder / "ab.tif"))
        self.assertEqual((endmembers.RasterXSize, endmembers.RasterYSize, endmembers.RasterCount), (4, 1, len(WAVELENGTHS)))
        self.assertEqual([float(endmembers.GetRasterBand(i + 1).GetMetadataItem("wavelength")) for i in range(len(WAVELENGTHS))], list(WAVELENGTHS))
        self.assertEqual((abundances.RasterCount, abundances.GetGeoTransform()), (4, COARSE_GRID))
        self.assertIn("32633", abundances.GetProjection())
        self.assertIsNone(abundances.GetRasterBand(1).GetMetadataItem("wavelength"))

    def test_invalid_pixels_are_left_out(self):
        cube = planted()[2]
        images = []
        for values in ((numpy.nan, -1), (-numpy.inf, numpy.nan)):
            holes = cube.copy()
            holes[2, 4, 5] = values[0]
            holes[:, 10, 11] = values[1]
            images.append(write_image(self.folder / f"holes{len(images)}.tif", holes, nodata=-1))
        first = self.extract(images[0], ne=3, outab=self.folder / "ab.tif")
        self.assertIn("from 478 of 478 valid pixels", self.log)
        numpy.testing.assert_array_equal(self.extract(images[1], ne=3), first)
        abundances = gdal.Open(str(self.folder / "ab.tif"))
        expected = numpy.zeros((24, 20), bool)
        expected[4, 5] = expected[10, 11] = True
        numpy.testing.assert_array_equal((abundances.ReadAsArray() == -9999).all(0), expected)
        self.assertEqual(abundances.GetRasterBand(1).GetNoDataValue(), -9999)

    def test_negative_values_count_as_zero(self):
        cube = planted()[2]
        clipped = cube.copy()
        clipped[3, 5:9] = 0
        cube[3, 5:9] = -0.2
        numpy.testing.assert_array_equal(
            self.extract(write_image(self.folder / "negative.tif", cube), ne=3), self.extract(write_image(self.folder / "clipped.tif", clipped), ne=3)
        )

    def test_threads_and_strips_do_not_matter(self):
        image = write_image(self.folder / "in.tif", planted()[2])
        results = [self.extract(image, ne=3, env={THREADS: str(threads)}, outab=self.folder / f"ab{threads}.tif") for threads in (1, 2, 3)]
        for threads, result in enumerate(results, 1):
            numpy.testing.assert_array_equal(result, results[0])
            numpy.testing.assert_array_equal(read_image(self.folder / f"ab{threads}.tif"), read_image(self.folder / "ab1.tif"))

    def test_little_memory_means_a_seeded_sample(self):
        # 16384 pixels of 18 bands do not fit four times into 1 MiB.
        image = write_image(self.folder / "in.tif", planted(128, 128)[2])
        results = {}
        for seed, threads in ((0, 1), (0, 3), (5, 2)):
            results[seed, threads] = self.extract(image, ne=3, ram=1, rand=seed, env={THREADS: str(threads)})
            taken, of = re.search(r"from (\d+) of (\d+) valid pixels", self.log).groups()
            self.assertEqual(int(of), 128 * 128)
            self.assertTrue(1024 <= int(taken) <= 2**20 // (4 * 4 * 18), taken)
            self.assertNotIn("performed in 1 blocks", self.log)
        numpy.testing.assert_array_equal(results[0, 1], results[0, 3])
        self.assertGreater(abs(results[5, 2] - results[0, 1]).max(), 0)


class Synthesis(EndmemberTest):
    def setUp(self):
        super().setUp()
        generator = numpy.random.default_rng(6)
        self.endmembers = generator.uniform(0, 3000, (30, 1, 4)).astype("float32")
        self.abundances = generator.uniform(-0.2, 1, (4, 40, 33)).astype("float32")
        self.ie = write_image(self.folder / "em.tif", self.endmembers, WAVELENGTHS, WIDTHS, geotransform=None, epsg=None)
        self.ab = write_image(self.folder / "ab.tif", self.abundances)

    def mix(self, name="out.tif", **parameters):
        self.log = self.succeeds("LinearMixingSynthesis", **{"in": self.ab, "ie": self.ie, **parameters}, out=self.folder / name)
        return read_image(self.folder / name.split("?")[0].split(" ")[0])

    def test_mixes(self):
        expected = numpy.tensordot(self.endmembers[:, 0].astype(float), self.abundances.astype(float), 1)
        numpy.testing.assert_allclose(self.mix(), expected, rtol=1e-6, atol=2e-3)
        image = gdal.Open(str(self.folder / "out.tif"))
        self.assertEqual(image.GetGeoTransform(), (500000, 30, 0, 5800000, 0, -30))
        self.assertEqual([float(image.GetRasterBand(i + 1).GetMetadataItem("wavelength")) for i in range(30)], list(WAVELENGTHS))
        self.assertEqual([float(image.GetRasterBand(i + 1).GetMetadataItem("fwhm")) for i in range(30)], [round(width, 8) for width in WIDTHS])

    def test_mixes_from_an_offset(self):
        e, a = self.endmembers[:, 0].astype(float), self.abundances.astype(float)
        expected = 250 + numpy.tensordot(e - 250, a, 1)
        numpy.testing.assert_allclose(self.mix(offset=250), expected, rtol=1e-6, atol=2e-3)

    def test_integers_are_rounded_and_clamped(self):
        numpy.testing.assert_array_equal(self.mix("typed.tif int16"), numpy.rint(self.mix()))
        # The endmembers fit the type, their mixtures by abundances of a sum of more than one do not.
        dim = write_image(self.folder / "dim.tif", self.endmembers / numpy.float32(15))
        whole = self.mix(ie=dim)
        self.assertTrue(whole.min() < 0 and whole.max() > 255)
        numpy.testing.assert_array_equal(self.mix("typed.tif uint8", ie=dim), numpy.rint(whole).clip(0, 255))

    def test_endmembers_of_a_column_or_block_are_taken_in_reading_order(self):
        expected = self.mix()
        column = write_image(self.folder / "column.tif", self.endmembers.reshape(30, 4, 1))
        block = write_image(self.folder / "block.tif", self.endmembers.reshape(30, 2, 2))
        numpy.testing.assert_array_equal(self.mix(ie=column), expected)
        numpy.testing.assert_array_equal(self.mix(ie=block), expected)

    def test_invalid_abundances_become_no_data(self):
        expected = self.mix()
        self.abundances[2, 3, 4] = numpy.nan
        self.abundances[:, 5, 6] = -9999
        image = write_image(self.folder / "holes.tif", self.abundances, nodata=-9999)
        found = self.mix(**{"in": image}, nodata=-1)
        self.assertTrue((found[:, 3, 4] == -1).all() and (found[:, 5, 6] == -1).all())
        self.assertEqual((found != expected).any(0).sum(), 2)
        written = gdal.Open(str(self.folder / "out.tif"))
        self.assertEqual(written.GetRasterBand(30).GetNoDataValue(), -1)

    def test_streams(self):
        whole = self.mix()
        tiles = self.mix("tiles.tif?&streaming:type=tiled&streaming:sizemode=height&streaming:sizevalue=16", env={THREADS: "1"})
        numpy.testing.assert_array_equal(tiles, whole)


if __name__ == "__main__":
    unittest.main()
