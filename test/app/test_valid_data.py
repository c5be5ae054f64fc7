#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is no measurement stays out of training and statistics: bad bands, masked, saturated and no-data pixels; units and pixel types; wavelengths of products."""

import json
import pathlib
import tempfile
import unittest

import numpy
from osgeo import gdal

import mixed_scene
from launcher import read_image, run, write_image
from mixed_scene import COARSE_GRID, SHARP_GRID, SIZE, WAVELENGTHS, WIDTHS, root_mean_square
from super_resolution_case import SuperResolutionTest

BANDS = len(WAVELENGTHS)
BAD = [6, 7, 17]  # from 0
GOOD = [band for band in range(BANDS) if band not in BAD]


class BadBands(SuperResolutionTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What the good bands alone give, with the response's columns of the bad ones taken away.
        cls.clean = write_image(cls.folder / "good.tif", cls.coarse[GOOD], WAVELENGTHS[GOOD], WIDTHS[GOOD], COARSE_GRID)
        cls.narrow = cls.folder / "narrow.csv"
        numpy.savetxt(cls.narrow, mixed_scene.response()[:, GOOD], delimiter=",")

    def image_with(self, values, name="bad.tif", **options):
        cube = self.coarse.copy()
        for band, value in zip(BAD, values):
            cube[band] = value
        return write_image(self.folder / name, cube, WAVELENGTHS, WIDTHS, COARSE_GRID, **options)

    def expected(self, **parameters):
        return self.fuse("expected.tif", inhs=self.clean, srf_matrix_in=self.narrow, **parameters)

    def test_bands_without_a_measurement_are_found(self):
        expected = self.expected()
        for values in ((0, 0, 0), (-9999, 7, numpy.nan), (numpy.inf, 0, -9999)):
            found = self.fuse(inhs=self.image_with(values, nodata=-9999))
            self.assertIn("Bad bands: 3 of 30 are left out (7-8, 18 constant or no data)", self.log)
            numpy.testing.assert_array_equal(found, expected)
            out = gdal.Open(str(self.folder / "out.tif"))
            self.assertEqual([float(out.GetRasterBand(band + 1).GetMetadataItem("wavelength")) for band in range(len(GOOD))], list(WAVELENGTHS[GOOD]))
        self.fuse()
        self.assertNotIn("Bad bands", self.log)

    def test_bands_by_list_and_by_header(self):
        expected = self.expected()
        noise = numpy.random.default_rng(1).uniform(-5, 5, (3, SIZE, SIZE)).astype("float32")
        noisy = self.image_with(noise)
        numpy.testing.assert_array_equal(self.fuse(inhs=noisy, badbands="7-8,18"), expected)
        numpy.testing.assert_array_equal(self.fuse(inhs=noisy, badbands="520-545nm,0.7425um"), expected)
        self.assertIn("(7-8, 18 by badbands)", self.log)
        envi = self.image_with(noise, "bad.img")
        (self.folder / "bad.img.aux.xml").unlink(missing_ok=True)
        with (self.folder / "bad.hdr").open("a") as header:
            header.write("wavelength units = Nanometers\n")
            for key, values in {"wavelength": WAVELENGTHS, "fwhm": WIDTHS, "bbl": [int(band not in BAD) for band in range(BANDS)]}.items():
                header.write(f"{key} = {{" + ", ".join(f"{value:.10g}" for value in values) + "}\n")
        numpy.testing.assert_array_equal(self.fuse(inhs=envi), expected)
        self.assertIn("(7-8, 18 by the file's bad bands list)", self.log)
        # Nothing but noise in what one band of the multispectral image is compared with.
        self.assertEqual(len(self.fuse(inhs=envi, badbands="none", radio="none", refine="false")), BANDS)
        self.assertNotIn("Bad bands", self.log)

    def test_kept_bands_are_no_data(self):
        expected = self.expected()
        bad = self.image_with((0, 0, 0))
        found = self.fuse(inhs=bad, keepbad=1)
        numpy.testing.assert_array_equal(found[GOOD], expected)
        self.assertTrue((found[BAD] == -9999).all())
        out = gdal.Open(str(self.folder / "out.tif"))
        self.assertEqual([out.GetRasterBand(band + 1).GetMetadataItem("bbl") for band in range(BANDS)], ["0" if band in BAD else "1" for band in range(BANDS)])
        self.assertEqual([float(out.GetRasterBand(band + 1).GetMetadataItem("wavelength")) for band in range(BANDS)], list(WAVELENGTHS))
        model = {"inhs": bad, "inms": self.inms, "srf": "matrix", "srf_matrix_in": self.matrix, "epochs": 5, "method_morph_ne": 4}
        self.succeeds("HyperspectralSuperResolution", **model, keepbad=1, out=self.folder / "out.hdr")
        self.assertIn("bbl = {1, 1, 1, 1, 1, 1, 0, 0, 1", (self.folder / "out.hdr").read_text())
        # And what is written is understood: bands without data do not count.
        log = self.succeeds("HyperspectralQuality", **{"in": self.folder / "out.hdr", "ref": self.folder / "out.hdr"}, peak=1)
        self.assertIn("Bad bands: 3 of 30 are left out (7-8, 18 by the file's bad bands list)", log)
        log = self.succeeds("NMFEndmemberExtraction", **{"in": self.folder / "out.hdr"}, ne=3, outendm=self.folder / "em.tif")
        self.assertIn("7-8, 18 by the file's bad bands list", log)

    def test_scores_of_the_good_bands(self):
        truth = self.image_with((0.1, 0.2, 0.3), "truth.tif")
        other = self.image_with((9, -9, numpy.nan), "other.tif")
        scores = {}
        for name, parameters in {
            "good": {"in": self.clean, "ref": self.clean, "inhs": self.clean},
            "all": {"in": other, "ref": truth, "inhs": truth, "badbands": "7,8,18"},
        }.items():
            path = self.folder / f"{name}.json"
            self.succeeds("HyperspectralQuality", **parameters, ratio=1, psf="delta", peak=1, outjson=path)
            scores[name] = json.loads(path.read_text())
        self.assertEqual(scores["good"], scores["all"])
        code, log = run("HyperspectralQuality", **{"in": other, "ref": truth}, badbands="1-31", peak=1)
        self.assertNotEqual(code, 0)
        self.assertIn('badbands: found "1-31", expected whole numbers of bands from 1 to 30', log)

    def test_curves_are_projected_onto_the_good_bands(self):
        parameters = {"srf": "bands", "srf_bands_list": "480:80,560:60,660:60,850:90", "srf_matrix_in": None}
        parameters = {key: value for key, value in parameters.items() if value}
        outs = []
        for inhs in (self.clean, self.image_with((0, 0, 0))):
            self.succeeds("SpectralResponseDegradation", **{"in": inhs}, **parameters, out=self.folder / "msi.tif")
            outs.append(read_image(self.folder / "msi.tif"))
        numpy.testing.assert_array_equal(outs[0], outs[1])

    def test_model_with_prior_picks_its_bands_from_another_image(self):
        csp = {"method_morph_csp": "true"}
        expected = self.expected(**csp)
        bad = self.image_with((0, 0, 0))
        model = self.train("csp.json", inhs=bad, **csp)
        self.assertEqual(len(json.loads(model.read_text())["wavelengths_nm"]), len(GOOD))
        for inhs in (self.clean, bad, self.inhs):
            self.succeeds("SpectralInversion", inms=self.inms, inhs=inhs, model=model, out=self.folder / "two.tif")
            numpy.testing.assert_array_equal(read_image(self.folder / "two.tif"), expected)

    def test_endmembers_and_abundances(self):
        outs = []
        for inhs in (self.clean, self.image_with((0, 0, 0))):
            self.succeeds("NMFEndmemberExtraction", **{"in": inhs}, ne=4, outendm=self.folder / "em.tif", outab=self.folder / "ab.tif")
            outs.append((read_image(self.folder / "em.tif"), read_image(self.folder / "ab.tif")))
        for first, second in zip(*outs):
            numpy.testing.assert_array_equal(first, second)


class BadPixels(SuperResolutionTest):
    def test_masked_saturated_and_empty_pixels_are_left_out_of_training(self):
        hidden = numpy.zeros((SIZE, SIZE), bool)
        hidden[3:6, 10:14] = hidden[20, 1] = True
        mask = write_image(self.folder / "mask.tif", (~hidden[None]).astype("uint8"))
        holes = numpy.where(hidden, numpy.float32(numpy.nan), self.coarse)
        marked = numpy.where(hidden, numpy.float32(-1), self.coarse)
        half = numpy.where(hidden & (numpy.arange(BANDS) > 10)[:, None, None], numpy.float32(-1), self.coarse)
        bright = self.coarse.copy()
        bright[7, hidden] = 5
        rows = {
            "nan": (holes, {}),
            "mask": (bright, {"maskhs": mask}),
            "saturation": (bright, {"saturation": 5}),
            "nodatahs": (marked, {"nodatahs": -1}),
            "one detector": (half, {"nodatahs": -1}),
        }
        for parameters in ({}, {"method": "lift"}, {"method_morph_csp": "true"}):
            models = set()
            for name, (cube, extra) in rows.items():
                inhs = write_image(self.folder / "holes.tif", cube, WAVELENGTHS, geotransform=COARSE_GRID)
                models.add(self.train("model.json", inhs=inhs, epochs=20, **parameters, **extra).read_bytes())
                self.assertEqual(len(models), 1, name)
            self.assertEqual(json.loads(models.pop())["training"]["pixels"], SIZE * SIZE - hidden.sum())

    def test_a_zero_is_a_measurement(self):
        dark = self.coarse.copy()
        dark[5, 2, 3] = 0
        dark[:, 9, 9] = 0
        inhs = write_image(self.folder / "dark.tif", dark, WAVELENGTHS, geotransform=COARSE_GRID, nodata=0)
        model = self.train("model.json", inhs=inhs, epochs=5)
        self.assertEqual(json.loads(model.read_text())["training"]["pixels"], SIZE * SIZE - 1)

    def test_negative_pixels_are_measurements(self):
        dark = self.coarse.copy()
        dark[:4, 5] -= 0.2
        inhs = write_image(self.folder / "negative.tif", dark, WAVELENGTHS, geotransform=COARSE_GRID)
        self.assertLess(dark.min(), -0.05)
        for method in ("morph", "lift"):
            out = self.fuse(inhs=inhs, method=method)
            self.assertIn(f"Training on {SIZE * SIZE} of {SIZE * SIZE} valid pixels", self.log)
            self.assertTrue(numpy.isfinite(out).all())

    def test_mask_of_the_multispectral_image(self):
        hidden = numpy.zeros(self.sharp.shape[1:], bool)
        hidden[10:20, 30:50] = hidden[0, 0] = True
        mask = write_image(self.folder / "mask.tif", (~hidden[None]).astype("uint8"))
        for parameters in ({}, {"method": "lift"}, {"method_morph_csp": "true"}):
            whole = self.fuse(**parameters, refine="false")
            out = self.fuse(mask=mask, **parameters, refine="false")
            self.assertTrue((out[:, hidden] == -9999).all())
            numpy.testing.assert_array_equal(out[:, ~hidden], whole[:, ~hidden])
            out = self.fuse(mask=mask, **parameters)
            self.assertTrue((out[:, hidden] == -9999).all())
            self.assertLess(root_mean_square((out - self.truth)[:, ~hidden]), root_mean_square((whole - self.truth)[:, ~hidden]) + 1e-6)
        tiles = self.fuse("tiles.tif?&streaming:type=tiled&streaming:sizemode=height&streaming:sizevalue=16", mask=mask, method_morph_csp="true")
        numpy.testing.assert_array_equal(tiles, out)
        marked = numpy.where(hidden, numpy.float32(7), self.sharp)
        inms = write_image(self.folder / "marked.tif", marked, geotransform=SHARP_GRID)
        numpy.testing.assert_array_equal(self.fuse(inms=inms, nodatams=7, method_morph_csp="true"), out)


class UnitsAndTypes(SuperResolutionTest):
    def test_every_type_and_unit_gives_the_same_image_in_its_unit(self):
        expected = self.fuse()
        # Quantisation, and what training makes of it: some steps of the type.
        for kind, scale, steps in (("uint8", 255, 8), ("uint16", 10000, 150), ("int16", 10000, 150), ("int32", 10000, 150), ("float64", 65.3, 0.8), ("float32", 10000, 150)):
            coarse, sharp = ((cube * scale).round().astype(kind) if kind[0] in "ui" else (cube * scale).astype(kind) for cube in (self.coarse, self.sharp))
            inhs = write_image(self.folder / "scaled.tif", coarse, WAVELENGTHS, geotransform=COARSE_GRID)
            inms = write_image(self.folder / "scaled_ms.tif", sharp, geotransform=SHARP_GRID)
            found = self.fuse(inhs=inhs, inms=inms)
            self.assertLess(numpy.abs(found - scale * expected).mean(), steps, kind)
            written = self.fuse(f"typed.tif {kind}" if kind != "float32" and kind != "float64" else "typed.tif", inhs=inhs, inms=inms)
            if kind[0] in "ui":
                limits = numpy.iinfo(kind)
                numpy.testing.assert_array_equal(written, numpy.rint(found.astype(float)).clip(limits.min, limits.max), kind)


class Wavelengths(unittest.TestCase):
    """Ways in which products tell their wavelengths; the VNIR and SWIR detectors overlap, and bands are not sorted."""

    BANDS = 12
    CENTERS = [420.5, 500.25, 580, 660, 740, 820, 900, 980, 905, 960, 1015, 1070]
    WIDTHS = [8, 8.5, 9, 9, 9.5, 10, 10, 10.5, 9, 9, 9.25, 9.5]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.cube = numpy.random.default_rng(2).uniform(0.1, 0.9, (self.BANDS, 9, 7)).astype("float32")

    def image(self, name, **options):
        return write_image(self.folder / name, self.cube, **options)

    def edit(self, path, change):
        image = gdal.Open(str(path), gdal.GA_Update)
        change(image)
        image = None

    def envi_text(self, unit="Nanometers", factor=1):
        lists = {"wavelength": self.CENTERS, "fwhm": self.WIDTHS}
        return f"wavelength units = {unit}\n" + "".join(f"{key} = {{\n" + ",\n".join(f"{value * factor:.8g}" for value in values) + "}\n" for key, values in lists.items())

    def xml(self, bands):
        rows = "".join(
            f'<bandID number="{i + 1}"><wavelengthCenterOfBand>{c}</wavelengthCenterOfBand><FWHMOfBand>{w}</FWHMOfBand><GainOfBand>0.0001</GainOfBand></bandID>'
            for i, (c, w) in enumerate(bands)
        )
        return f'<?xml version="1.0"?><level_X><base><revision>1</revision></base><specific><bandCharacterisation>{rows}</bandCharacterisation></specific></level_X>'

    def check(self, path, widths=True):
        """The axis as it is carried to an output."""
        code, log = run("SpatialDegradation", **{"in": path}, ratio=1, psf="delta", out=self.folder / "out.tif")
        self.assertEqual(code, 0, log)
        out = gdal.Open(str(self.folder / "out.tif"))
        for key, values in {"wavelength": self.CENTERS, "fwhm": self.WIDTHS if widths else [None] * self.BANDS}.items():
            found = [out.GetRasterBand(band + 1).GetMetadataItem(key) for band in range(self.BANDS)]
            numpy.testing.assert_allclose([float(text) if text else numpy.nan for text in found], [numpy.nan if value is None else value for value in values], rtol=1e-6, err_msg=f"{path} {key}")

    def test_gdal_band_metadata(self):
        self.check(self.image("nm.tif", wavelengths=self.CENTERS, widths=self.WIDTHS))

        def micrometres(image):
            for band in range(self.BANDS):
                raster = image.GetRasterBand(band + 1)
                raster.SetMetadataItem("Wavelength", f"{self.CENTERS[band] / 1000:.8g}")
                raster.SetMetadataItem("Wavelength_Units", "Micrometers")
                raster.SetMetadataItem("FWHM", f"{self.WIDTHS[band] / 1000:.8g}")

        path = self.image("um.tif")
        self.edit(path, micrometres)
        self.check(path)

        def imagery(image):
            for band in range(self.BANDS):
                image.GetRasterBand(band + 1).SetMetadata({"CENTRAL_WAVELENGTH_UM": f"{self.CENTERS[band] / 1000:.8g}", "FWHM_UM": f"{self.WIDTHS[band] / 1000:.8g}"}, "IMAGERY")

        path = self.image("imagery.tif")
        self.edit(path, imagery)
        self.check(path)

    def test_gdal_lists(self):
        for domain in ("ENVI", ""):
            path = self.image("lists.tif")
            lists = {"wavelength": self.CENTERS, "fwhm": self.WIDTHS}
            items = {key: "{" + ", ".join(str(value) for value in values) + "}" for key, values in lists.items()}
            self.edit(path, lambda image: image.SetMetadata({**items, "wavelength_units": "nanometers"}, domain))
            self.check(path)

    def test_envi_header(self):
        for unit, factor in (("Nanometers", 1), ("Micrometers", 1e-3), ("Unknown", 1e-3)):
            path = self.image("envi.img")
            (self.folder / "envi.img.aux.xml").unlink(missing_ok=True)
            with (self.folder / "envi.hdr").open("a") as header:
                header.write(self.envi_text(unit, factor))
            self.check(path)

    def test_envi_header_beside_a_tiff(self):
        path = self.image("image.tif")
        (self.folder / "image.hdr").write_text("ENVI\nfile type = TIFF\n" + self.envi_text("Micrometers", 1e-3))
        self.check(path)

    def test_enmap_product(self):
        path = self.image("ENMAP01-____L2A-DT0000001867-SPECTRAL_IMAGE.TIF")
        metadata = self.folder / "ENMAP01-____L2A-DT0000001867-METADATA.XML"
        bands = list(zip(self.CENTERS, self.WIDTHS))
        metadata.write_text(self.xml(bands))
        self.check(path)
        path = self.image("ENMAP01-____L1B-DT0000001867-SPECTRAL_IMAGE_SWIR.TIF")
        (self.folder / "ENMAP01-____L1B-DT0000001867-METADATA.XML").write_text(self.xml([(400 + i, 7) for i in range(5)] + bands))
        self.check(path)
        path = self.image("ENMAP01-____L1B-DT0000001867-SPECTRAL_IMAGE_VNIR.TIF")
        (self.folder / "ENMAP01-____L1B-DT0000001867-METADATA.XML").write_text(self.xml(bands + [(1400 + i, 7) for i in range(5)]))
        self.check(path)

    def test_prisma_by_prismaread(self):
        path = self.image("PRS_L2D_STD_HCO_FULL.tif")
        lines = ['"band" "orband" "wl" "fwhm"'] + [f'{i + 1} "{40 - i}" {c} {w}' for i, (c, w) in enumerate(zip(self.CENTERS, self.WIDTHS))]
        (self.folder / "PRS_L2D_STD_HCO_FULL.wvl").write_text("\n".join(lines) + "\n")
        self.check(path)
        self.check(self.image("named.tif", band_names=[f"wl_{c}" for c in self.CENTERS]), widths=False)

    def test_band_names(self):
        self.check(self.image("names.tif", band_names=[f"{c} nm" for c in self.CENTERS]), widths=False)
        self.check(self.image("boxes.tif", band_names=[f"band {i + 1} ({c / 1000:.8g} Micrometers)" for i, c in enumerate(self.CENTERS)]), widths=False)
        code, log = run("SpectralResponseDegradation", **{"in": self.image("words.tif", band_names=[f"band {i}" for i in range(self.BANDS)])}, srf="bands", srf_bands_list="500:60", out=self.folder / "no.tif")
        self.assertNotEqual(code, 0)
        self.assertIn("wl: found no wavelengths", log)

    def test_response_over_overlapping_unsorted_detectors(self):
        """M = integral of S(l) x(l) dl / integral of S(l) dl for a spectrum that is linear in wavelength: exact whatever the order of the bands."""
        slope = numpy.array(self.CENTERS) / 1000
        self.cube[:] = slope[:, None, None]
        for order in (numpy.arange(self.BANDS), numpy.argsort(self.CENTERS), numpy.random.default_rng(3).permutation(self.BANDS)):
            path = write_image(self.folder / "ordered.tif", self.cube[order], numpy.array(self.CENTERS)[order])
            code, log = run("SpectralResponseDegradation", **{"in": path}, badbands="none", srf="bands", srf_bands_list="600:40,950:60", out=self.folder / "msi.tif")
            self.assertEqual(code, 0, log)
            numpy.testing.assert_allclose(read_image(self.folder / "msi.tif")[:, 0, 0], [0.6, 0.95], atol=2e-4)


if __name__ == "__main__":
    unittest.main()
