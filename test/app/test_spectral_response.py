#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SpectralResponseDegradation from the command line: results against numpy, metadata, and what it says about bad input."""

import os
import pathlib
import tempfile
import unittest

import numpy
from osgeo import gdal

from launcher import read_image, run, write_image

APPLICATION = "SpectralResponseDegradation"
BANDS, ROWS, COLUMNS = 31, 70, 53
WAVELENGTHS = 400 + 12.5 * numpy.arange(BANDS)
CURVES = "nm,Blue,Green\n440,0,0\n460,1,0\n480,0,0\n500,0,0\n540,0,2\n580,0,1\n600,0,0\n"


def interpolated_response(samples, values):
    """The mean under a curve of spectra linear between the band centres, by fine numerical integration: c rows over the bands."""
    fine = numpy.arange(WAVELENGTHS[0], WAVELENGTHS[-1], 0.005) + 0.0025
    hats = numpy.array([numpy.interp(fine, WAVELENGTHS, row) for row in numpy.eye(BANDS)])
    weights = hats @ numpy.interp(fine, samples, values, left=0, right=0)
    return weights / weights.sum()


class SpectralResponseDegradation(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)
        self.out = self.folder / "out.tif"
        self.cube = numpy.random.default_rng(1).uniform(0.1, 0.9, (BANDS, ROWS, COLUMNS)).astype("float32")
        self.image = write_image(self.folder / "hsi.tif", self.cube, WAVELENGTHS)
        self.bare = write_image(self.folder / "bare.tif", self.cube)
        self.curves = self.text("curves.csv", CURVES)

    def text(self, name, content):
        path = self.folder / name
        path.write_text(content)
        return path

    def succeeds(self, **parameters):
        code, log = run(APPLICATION, out=self.out, **parameters)
        self.assertEqual(code, 0, log)
        return read_image(self.out)

    def fails(self, *messages, **parameters):
        code, log = run(APPLICATION, **{"out": self.out, **parameters})
        self.assertNotEqual(code, 0, log)
        for message in messages:
            self.assertIn(message, log)
        self.assertEqual(log.count("(FATAL)"), 1, log)
        self.assertNotRegex(log, r"itk::ERROR|\(0x[0-9a-f]+\)")
        self.assertFalse(self.out.exists(), "an output file was left")

    def no_data(self):
        image = gdal.Open(str(self.out))
        return image.GetRasterBand(1).GetNoDataValue()

    def expect(self, found, response, cube=None):
        expected = numpy.tensordot(response, self.cube if cube is None else cube, 1)
        self.assertEqual(found.shape, expected.shape)
        self.assertLess(abs(found - expected).max(), 2e-6)

    def test_matrix(self):
        matrix = numpy.random.default_rng(2).uniform(0, 1, (3, BANDS))
        path = self.folder / "matrix.csv"
        numpy.savetxt(path, matrix, delimiter=",")
        self.expect(self.succeeds(**{"in": self.bare}, srf="matrix", srf_matrix_in=path), matrix / matrix.sum(1, keepdims=True))

    def test_curves_at_the_wavelengths_of_the_file(self):
        found = self.succeeds(**{"in": self.image}, srf_file_in=self.curves)
        samples = [440, 460, 480, 500, 540, 580, 600]
        response = [interpolated_response(samples, [0, 1, 0, 0, 0, 0, 0]), interpolated_response(samples, [0, 0, 0, 0, 2, 1, 0])]
        self.expect(found, response)
        info = gdal.Open(str(self.out))
        self.assertEqual(info.GetGeoTransform(), (500000, 30, 0, 5800000, 0, -30))
        self.assertIn("32633", info.GetProjection())
        self.assertEqual(info.GetRasterBand(1).GetMetadataItem("BandName"), "Blue")
        self.assertIsNone(info.GetRasterBand(1).GetMetadataItem("wavelength"))

    def test_wavelengths_from_a_text_file_and_from_an_envi_header_give_the_same(self):
        expected = self.succeeds(**{"in": self.image}, srf_file_in=self.curves)
        lines = self.text("wl.csv", "um,fwhm\n" + "".join(f"{w / 1000:.6f},0.013\n" for w in WAVELENGTHS))
        numpy.testing.assert_allclose(self.succeeds(**{"in": self.bare}, srf_file_in=self.curves, wl=lines), expected, atol=1e-6)
        write_image(self.folder / "envi.img", self.cube)
        header = self.folder / "envi.hdr"
        with header.open("a") as text:
            text.write("wavelength units = Micrometers\nwavelength = {" + ", ".join(f"{w / 1000:.6f}" for w in WAVELENGTHS) + "}\n")
        (self.folder / "envi.img.aux.xml").unlink(missing_ok=True)
        numpy.testing.assert_allclose(self.succeeds(**{"in": self.folder / "envi.img"}, srf_file_in=self.curves), expected, atol=1e-6)

    def test_bands_of_an_extended_filename_keep_their_wavelengths(self):
        expected = self.succeeds(**{"in": self.image}, srf="bands", srf_bands_list="500:30")
        found = self.succeeds(**{"in": f"{self.image}?&bands=3:20"}, srf="bands", srf_bands_list="500:30")
        numpy.testing.assert_allclose(found, expected, atol=1e-6)

    def test_bands_as_text_may_be_separated_by_spaces(self):
        with_commas = self.succeeds(**{"in": self.image}, srf="bands", srf_bands_list="500:30,560:35,665:30")
        self.assertEqual(with_commas.shape[0], 3)
        with_spaces = self.succeeds(**{"in": self.image}, srf="bands", srf_bands_list="500:30 560:35 665:30")
        numpy.testing.assert_array_equal(with_commas, with_spaces)

    def test_sensor_on_its_stretched_axis_needs_no_wavelengths(self):
        found = self.succeeds(**{"in": self.bare}, srf="sensor", srf_sensor_name="ikonosbgrn", srf_sensor_axis="stretched")
        axis = numpy.linspace(421, 893, BANDS)
        table = [(480, 421, 539), (552, 480, 624), (666, 602, 729), (803, 713, 893)]
        response = numpy.array([numpy.exp(-0.5 * ((axis - center) / ((high - low) / 4.2)) ** 2) for center, low, high in table])
        self.expect(found, response / response.sum(1, keepdims=True))

    def test_sensor_at_true_wavelengths(self):
        found = self.succeeds(**{"in": self.image}, srf="sensor", srf_sensor_name="ikonosrgb")
        fine = numpy.arange(400 - 6.25, 775 + 6.25, 0.01)
        rows = [interpolated_response(fine, numpy.exp(-0.5 * ((fine - (l + h) / 2) / ((h - l) / 2.3548)) ** 2)) for l, h in [(444.6, 515.9), (506.5, 595.1), (631.9, 697.7)]]
        self.assertLess(abs(found - numpy.tensordot(rows, self.cube, 1)).max(), 2e-3)

    def test_invalid_pixels_become_no_data(self):
        self.cube[3, 10, 20] = numpy.nan
        self.cube[:, 11, 21] = -1
        self.cube[4, 12, 22] = -1
        path = write_image(self.folder / "holes.tif", self.cube, WAVELENGTHS, nodata=-1)
        parameters = {"in": path, "srf": "bands", "srf_bands_list": "500:30"}
        found = self.succeeds(**parameters)
        self.assertEqual((found[0, 10, 20], found[0, 11, 21], found[0, 12, 22]), (-9999, -9999, -9999))
        self.assertEqual((found == -9999).sum(), 3)
        self.assertEqual(self.no_data(), -9999)
        self.assertEqual(self.succeeds(**parameters, nodata=-5)[0, 10, 20], -5)
        great = numpy.where(self.cube == -1, -1, 200 * self.cube)
        parameters["in"] = write_image(self.folder / "great.tif", great, WAVELENGTHS, nodata=-1)
        code, log = run(APPLICATION, **parameters, out=f"{self.out} uint8")
        self.assertEqual(code, 0, log)
        self.assertEqual(self.no_data(), 0)
        self.assertEqual([tuple(pixel) for pixel in numpy.argwhere(read_image(self.out)[0] == 0)], [(10, 20), (11, 21), (12, 22)])

    def test_streams(self):
        whole = self.succeeds(**{"in": self.image}, srf_file_in=self.curves)
        tiles = self.folder / "tiles.tif"
        code, log = run(
            APPLICATION, env={"ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1"}, **{"in": self.image}, srf_file_in=self.curves, out=f"{tiles}?&streaming:type=tiled&streaming:sizemode=height&streaming:sizevalue=16"
        )
        self.assertEqual(code, 0, log)
        numpy.testing.assert_array_equal(read_image(tiles), whole)

    def test_wavelengths_missing(self):
        self.fails("wl: found no wavelengths in the image of in", **{"in": self.bare}, srf_file_in=self.curves)
        self.fails("wl: found no wavelengths", **{"in": self.bare}, srf="sensor", srf_sensor_name="ikonosrgb")
        self.fails("wl: found no wavelengths", **{"in": self.bare}, srf="bands", srf_bands_list="500:30")

    def test_wavelengths_do_not_fit(self):
        self.fails("wl (", "found 2 wavelengths, expected 31, one for each band of in", **{"in": self.bare}, srf_file_in=self.curves, wl=self.text("wl.txt", "400\n500\n"))
        self.fails("wl (", "line 2: found \"x\"", **{"in": self.bare}, srf_file_in=self.curves, wl=self.text("wl.txt", "400\nx\n"))

    def test_matrix_of_another_band_count(self):
        self.fails("srf.matrix.in (", "found 3 columns, expected 31, one for each band of in", **{"in": self.image}, srf="matrix", srf_matrix_in=self.text("m.csv", "1,2,3\n"))

    def test_malformed_files(self):
        for content, message in {
            "nm,a\n400,1\n410,one\n": "line 3: found \"one\" in column 2, expected a finite number",
            "nm,a\n500,1\n510,-1\n": "line 3: found \"-1\" in column 2, expected a response that is not negative",
            "nm,a\n500,0\n510,0\n": "found only zeros in the column of band a",
            "": "found no text to read",
        }.items():
            self.fails("srf.file.in (", message, **{"in": self.image}, srf_file_in=self.text("bad.csv", content))
        for content, message in {"1,1\n1\n": "line 2: found 1 column", "0,0\n": "line 1: found a row that sums to zero", "1,nan\n": "line 1: found \"nan\""}.items():
            self.fails("srf.matrix.in (", message, **{"in": self.image}, srf="matrix", srf_matrix_in=self.text("bad.csv", content))
        self.fails("srf.bands.list: found \"500\"", **{"in": self.image}, srf="bands", srf_bands_list="500")

    def test_values_missing(self):
        self.fails("srf.file.in: found no value, expected a CSV file, since srf is file", **{"in": self.image})
        self.fails("srf.matrix.in: found no value", **{"in": self.image}, srf="matrix")
        self.fails("srf.bands.list: found no value", **{"in": self.image}, srf="bands")

    def test_band_that_the_image_does_not_see(self):
        self.fails("srf.sensor.name sentinel2a, B07", "within the wavelengths of the hyperspectral image (393.75 to 781.25 nm)", **{"in": self.image}, srf="sensor", srf_sensor_name="sentinel2a")

    def test_no_data_that_the_pixel_type_cannot_hold(self):
        self.fails("nodata: found -1", **{"in": self.image}, srf="bands", srf_bands_list="500:30", nodata=-1, out=f"{self.out} uint8")

    def test_output_that_cannot_be_written(self):
        parameters = {"in": self.image, "srf": "bands", "srf_bands_list": "500:30"}
        self.fails("out: found the folder", "expected a folder that exists and can be written to", **parameters, out=self.folder / "nowhere" / "out.tif")
        self.fails("out: found", "expected a file that can be written", **parameters, out=self.folder)

    def test_output_over_the_input(self):
        before = self.image.read_bytes()
        self.fails("out: found the file of in", **{"in": self.image}, srf="bands", srf_bands_list="500:30", out=f"{self.image}?&gdal:co:TILED=YES")
        self.assertEqual(self.image.read_bytes(), before)

    def test_noise_of_the_asked_power_that_tiling_does_not_change(self):
        parameters = {"in": self.image, "srf": "bands", "srf_bands_list": "500:30,600:40"}
        clean = self.succeeds(**parameters)
        noisy = self.succeeds(**parameters, snr=20, rand=3)
        for band in range(2):
            power = (clean[band].astype(float) ** 2).mean()
            found = 10 * numpy.log10(power / ((noisy[band] - clean[band]).astype(float) ** 2).mean())
            # The variance of N samples varies by sqrt(2 / N): 0.1 dB for 3710 pixels; five times that.
            self.assertLess(abs(found - 20), 0.5)
        path = self.folder / "tiles.tif"
        code, log = run(APPLICATION, **parameters, snr=20, rand=3, out=f"{path}?&streaming:type=tiled&streaming:sizemode=height&streaming:sizevalue=16")
        self.assertEqual(code, 0, log)
        numpy.testing.assert_array_equal(read_image(path), noisy)
        self.assertGreater(abs(self.succeeds(**parameters, snr=20, rand=4) - noisy).max(), 0)


if __name__ == "__main__":
    unittest.main()
