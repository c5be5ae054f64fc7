#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Products as they are delivered, in small imitations: their wavelengths are found, or the message says what is missing and what to do."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import numpy
from osgeo import gdal

from launcher import read_image, run, write_image

BANDS, ROWS, COLUMNS = 24, 12, 10
WAVELENGTHS = numpy.round(420 + 21.37 * numpy.arange(BANDS), 3)
WIDTHS = numpy.full(BANDS, 8.5)
BAND = {"srf": "bands", "srf_bands_list": "560:40"}


def product_metadata(band, width, wavelengths=WAVELENGTHS):
    """As the XML files of EnMAP (bandID, FWHMOfBand) and DESIS (band, wavelengthWidthOfBand) list the bands."""
    bands = "".join(
        f'<{band} number="{i + 1}"><wavelengthCenterOfBand>{w}</wavelengthCenterOfBand><{width}>8.5</{width}></{band}>' for i, w in enumerate(wavelengths)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><level_X><specific><bandCharacterisation>{bands}</bandCharacterisation></specific></level_X>'


class ArrayFile:
    """A netCDF-4 file, which is HDF5 as well, of arrays and attributes in groups."""

    def __init__(self, path):
        self.dataset = gdal.GetDriverByName("netCDF").CreateMultiDimensional(str(path))
        self.root = self.dataset.GetRootGroup()

    @staticmethod
    def array(group, name, dimensions, values, unit=None):
        kind = {"float32": gdal.GDT_Float32, "uint16": gdal.GDT_UInt16}[str(values.dtype)]
        array = group.CreateMDArray(name, dimensions, gdal.ExtendedDataType.Create(kind))
        array.Write(numpy.ascontiguousarray(values))
        if unit:
            array.SetUnit(unit)

    @staticmethod
    def attribute(group, name, values):
        group.CreateAttribute(name, [len(values)], gdal.ExtendedDataType.Create(gdal.GDT_Float64)).Write([float(value) for value in values])


class Products(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)
        self.out = self.folder / "out.tif"
        self.cube = numpy.random.default_rng(5).uniform(0.1, 0.9, (BANDS, ROWS, COLUMNS)).astype("float32")
        plain = write_image(self.folder / "plain.tif", self.cube, WAVELENGTHS, WIDTHS)
        self.expected = self.degraded(plain)

    def degraded(self, image, **parameters):
        """A band of 560 nm, which comes out right only with the right wavelengths."""
        code, log = run("SpectralResponseDegradation", **{"in": image}, **BAND, **parameters, out=self.out)
        self.assertEqual(code, 0, log)
        return read_image(self.out)

    def reads(self, image, **parameters):
        numpy.testing.assert_allclose(self.degraded(image, **parameters), self.expected, rtol=1e-6, atol=1e-6)

    def refuses(self, image, *messages, **parameters):
        self.out.unlink(missing_ok=True)
        code, log = run("SpectralResponseDegradation", **{"in": image}, **BAND, **parameters, out=self.out)
        self.assertNotEqual(code, 0, log)
        self.assertEqual(log.count("(FATAL)"), 1, log)
        for message in messages:
            self.assertIn(message, log)
        self.assertFalse(self.out.exists())

    def image(self, name, cube=None):
        return write_image(self.folder / name, self.cube if cube is None else cube)

    def text(self, name, text):
        (self.folder / name).write_text(text)
        return self.folder / name

    def test_enmap_and_desis_by_the_names_of_their_side_files(self):
        enmap = product_metadata("bandID", "FWHMOfBand")
        desis = product_metadata("band", "wavelengthWidthOfBand")
        for image, side, metadata in [
            ("ENMAP01-A-SPECTRAL_IMAGE.TIF", "ENMAP01-A-METADATA.XML", enmap),
            ("ENMAP01-B-SPECTRAL_IMAGE_COG.TIF", "ENMAP01-B-METADATA.XML.XML", enmap),
            ("ENMAP01-C-SPECTRAL_IMAGE.tif", "ENMAP01-C-METADATA.xml", enmap),
            ("DESIS-HSI-L2A-SPECTRAL_IMAGE.tif", "DESIS-HSI-L2A-METADATA.xml", desis),
            ("renamed.tif", "renamed_METADATA.XML", desis),
        ]:
            with self.subTest(image=image):
                path = self.image(image)
                self.text(side, metadata)
                self.reads(path)
        self.reads(self.image("bare.tif"), wl=self.folder / "ENMAP01-A-METADATA.XML")

    def test_a_product_whose_side_file_is_missing_or_is_that_of_another(self):
        path = self.image("ENMAP01-A-SPECTRAL_IMAGE.TIF")
        self.refuses(path, "wl: found no wavelengths in the image of in", "looked beside it for ENMAP01-A-METADATA.XML")
        self.text("ENMAP01-A-METADATA.XML", product_metadata("bandID", "FWHMOfBand", WAVELENGTHS[:-1]))
        self.refuses(path, f"ENMAP01-A-METADATA.XML: found {BANDS - 1} wavelengths, expected {BANDS}")

    def emit(self, good=None, wavelengths=WAVELENGTHS):
        path = self.folder / "EMIT_L2A_RFL.nc"
        file = ArrayFile(path)
        dimensions = [file.root.CreateDimension(name, "", "", size) for name, size in (("downtrack", ROWS), ("crosstrack", COLUMNS), ("bands", BANDS))]
        file.array(file.root, "reflectance", dimensions, self.cube.transpose(1, 2, 0))
        group = file.root.CreateGroup("sensor_band_parameters")
        file.array(group, "wavelengths", dimensions[2:], wavelengths.astype("float32"), "nm")
        file.array(group, "fwhm", dimensions[2:], WIDTHS.astype("float32"), "nm")
        file.array(group, "good_wavelengths", dimensions[2:], numpy.ones(BANDS, "float32") if good is None else good)
        return path

    def follow(self, path, image, **parameters):
        """Refuses the image, and runs the command that the message gives."""
        code, log = run("SpectralResponseDegradation", **{"in": image}, **BAND, **parameters, out=self.out)
        self.assertNotEqual(code, 0, log)
        self.assertFalse(self.out.exists())
        self.assertIn("gdalmdimtranslate", log)
        command = log[log.index("gdalmdimtranslate") : log.index(" makes one, whose wavelengths")]
        subprocess.run(command, shell=True, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.reads(self.folder / "cube.tif", wl=path)

    def test_emit_has_its_bands_last(self):
        path = self.emit()
        self.refuses(f"NETCDF:{path}:reflectance", "found the bands along the columns of", "expected an image whose bands they are")
        self.follow(path, f"NETCDF:{path}:reflectance")

    def test_wavelengths_given_apart_do_not_hide_that_the_bands_lie_along_a_side(self):
        self.cube = self.cube[:, : ROWS // 2]
        rows = numpy.concatenate([self.cube] * (BANDS // (ROWS // 2)), 1)
        self.cube = rows
        path = self.folder / "square.nc"
        file = ArrayFile(path)
        dimensions = [file.root.CreateDimension(name, "", "", size) for name, size in (("downtrack", BANDS), ("crosstrack", COLUMNS), ("bands", BANDS))]
        file.array(file.root, "reflectance", dimensions, rows.transpose(1, 2, 0))
        del file, dimensions
        wavelengths = self.text("wl.txt", "\n".join(map(str, WAVELENGTHS)))
        self.refuses(f"NETCDF:{path}:reflectance", "found the bands along the columns of", wl=wavelengths)

    def test_prisma_has_its_bands_between_lines_and_columns(self):
        path = self.folder / "PRS_L2D.nc"
        file = ArrayFile(path)
        numbers = numpy.round(self.cube * 65535).astype("uint16")
        wavelengths = numpy.concatenate([WAVELENGTHS[::-1][: BANDS - 2], [0, 0]])
        file.attribute(file.root, "List_Cw_Vnir", wavelengths)
        file.attribute(file.root, "List_Fwhm_Vnir", numpy.where(wavelengths > 0, 8.5, 0))
        file.attribute(file.root, "List_Cw_Swir", [1000, 990, 980, 0])
        file.attribute(file.root, "List_Fwhm_Swir", [9, 9, 9, 0])
        group = file.root
        for name in ("HDFEOS", "SWATHS", "PRS_L2D_HCO", "Data Fields"):
            group = group.CreateGroup(name)
        rows, bands, swir, columns = (group.CreateDimension(name, "", "", size) for name, size in (("r", ROWS), ("b", BANDS), ("s", 4), ("c", COLUMNS)))
        file.array(group, "VNIR_Cube", [rows, bands, columns], numbers[::-1].transpose(1, 0, 2))
        file.array(group, "SWIR_Cube", [rows, swir, columns], numbers[:4].transpose(1, 0, 2))
        del group, rows, bands, swir, columns, file
        product = path.rename(self.folder / "PRS_L2D.he5")
        cube = f"HDF5:{product}://HDFEOS/SWATHS/PRS_L2D_HCO/Data_Fields/VNIR_Cube"
        # The bands of the shortest wavelengths have none here.
        plain = write_image(self.folder / "plain.tif", numbers[2:], WAVELENGTHS[2:], WIDTHS[2:])
        self.expected = self.degraded(plain)
        self.refuses(cube, "found the bands along the lines of", "transpose=[1,0,2]")
        self.follow(product, cube)

    def test_netcdf_with_the_bands_first(self):
        path = self.folder / "AV3_RFL_ORT.nc"
        file = ArrayFile(path)
        rows, columns = (file.root.CreateDimension(name, "", "", size) for name, size in (("northing", ROWS), ("easting", COLUMNS)))
        group = file.root.CreateGroup("reflectance")
        bands = group.CreateDimension("wavelength", "", "", BANDS)
        file.array(group, "wavelength", [bands], WAVELENGTHS.astype("float32"), "nm")
        file.array(group, "fwhm", [bands], WIDTHS.astype("float32"), "nm")
        file.array(group, "reflectance", [bands, rows, columns], self.cube)
        del group, rows, columns, bands, file
        found = self.degraded(f"NETCDF:{path}:/reflectance/reflectance")
        # GDAL may read the lines of such a file from below.
        self.assertLess(min(abs(found - self.expected).max(), abs(found - self.expected[:, ::-1]).max()), 1e-6)

    def test_a_cube_on_its_side_of_which_nothing_is_known(self):
        turned = self.image("turned.tif", numpy.ascontiguousarray(self.cube.transpose(1, 0, 2)))
        wavelengths = self.text("wl.txt", "\n".join(map(str, WAVELENGTHS)))
        self.refuses(turned, f"found {BANDS} wavelengths, expected {ROWS}", "it has as many lines: do its bands lie along them?", wl=wavelengths)
        path = self.folder / "PRS_L2D_one.nc"
        file = ArrayFile(path)
        group = file.root.CreateGroup("PRS_L2D_HCO")
        rows, bands, columns = (group.CreateDimension(name, "", "", size) for name, size in (("r", ROWS), ("b", BANDS), ("c", COLUMNS)))
        file.array(group, "VNIR_Cube", [rows, bands, columns], self.cube.transpose(1, 0, 2))
        del group, rows, bands, columns, file
        product = path.rename(self.folder / "PRS_L2D_one.he5")
        self.refuses(product, "found the bands along the lines of", "transpose=[1,0,2]", wl=wavelengths)

    def test_envi_headers(self):
        def header(wavelengths, unit="Nanometers", extra=""):
            write_image(self.folder / "envi.img", self.cube)
            (self.folder / "envi.img.aux.xml").unlink(missing_ok=True)
            with (self.folder / "envi.hdr").open("a") as text:
                text.write(f"wavelength units = {unit}\nwavelength = {{\n {wavelengths}}}\n{extra}")
            return self.folder / "envi.img"

        listed = [f"{w}" for w in WAVELENGTHS]
        rotated = f"map info = {{UTM, 1, 1, 500000, 5800000, 30, 30, 33, North, WGS-84, units=Meters, rotation=-12.5}}\n"
        self.refuses(header(", ".join(listed), extra=rotated), "rotat")
        self.reads(header(", ".join(listed)))
        self.reads(header(", ".join(w.replace(".", ",") if "." in w else w + ",0" for w in listed)))
        self.refuses(header(",".join(w.replace(".", ",") for w in listed)), f"envi.hdr: found {2 * BANDS} wavelengths, expected {BANDS}", "decimal commas")
        self.refuses(header(", ".join(listed[:-1])), f"envi.hdr: found {BANDS - 1} wavelengths, expected {BANDS}")
        self.refuses(header(", ".join(listed + ["999"])), f"envi.hdr: found {BANDS + 1} wavelengths, expected {BANDS}")
        self.refuses(header(", ".join(["0"] * BANDS)), "found no wavelength but 0")
        self.refuses(header(", ".join(f"{w / 1000}" for w in WAVELENGTHS)), 'in the unit "Nanometers", expected um')

    def test_lists_and_values_of_an_envi_header_are_not_ignored(self):
        def header(extra, cube=self.cube):
            write_image(self.folder / "envi.img", cube)
            (self.folder / "envi.img.aux.xml").unlink(missing_ok=True)
            with (self.folder / "envi.hdr").open("a") as text:
                text.write("wavelength units = Nanometers\nwavelength = {" + ", ".join(f"{w}" for w in WAVELENGTHS) + "}\n" + extra)
            return self.folder / "envi.img"

        short = header("bbl = {" + ", ".join(["1"] * (BANDS - 1)) + "}\n")
        self.refuses(short, f"in: found {BANDS - 1} values in its bad bands list (bbl), expected {BANDS}, one for each band")
        self.reads(short, badbands="none")
        code, log = run("SpectralResponseDegradation", **{"in": header("bbl = {" + ", ".join(["0"] * BANDS) + "}\n")}, **BAND, out=self.out)
        self.assertEqual(code, 0, log)
        self.assertIn("calls all bands bad", log)
        holes = self.cube.copy()
        holes[:, 3, 4] = -9999
        found = self.degraded(header("data ignore value = {-9999}\n", holes))
        self.assertEqual(found[0, 3, 4], -9999)
        self.expected[0, 3, 4] = -9999
        numpy.testing.assert_allclose(found, self.expected, atol=1e-6)

    def test_bands_without_a_wavelength_are_left_out(self):
        wavelengths = WAVELENGTHS.copy()
        wavelengths[-3:] = 0
        zeros = self.text("zeros.txt", "\n".join(map(str, wavelengths)))
        code, log = run("SpectralResponseDegradation", **{"in": self.image("bare.tif")}, **BAND, wl=zeros, out=self.out)
        self.assertEqual(code, 0, log)
        self.assertIn(f"3 of {BANDS} are left out ({BANDS - 2}-{BANDS} without a wavelength)", log)
        numpy.testing.assert_allclose(read_image(self.out), self.expected, atol=1e-6)

    def test_an_offset_that_the_metadata_state_is_told(self):
        path = self.image("sentinel2.tif")
        image = gdal.Open(str(path), gdal.GA_Update)
        image.SetMetadataItem("BOA_ADD_OFFSET_VALUES_LIST", "-1000 -1000 -1000")
        image = None
        wavelengths = self.text("wl.txt", "\n".join(map(str, WAVELENGTHS)))
        code, log = run("SpectralResponseDegradation", **{"in": path}, **BAND, wl=wavelengths, out=self.out)
        self.assertEqual(code, 0, log)
        self.assertIn("(WARNING)", log)
        self.assertIn("-1000 must be added to its values", log)

    def test_an_offset_that_the_product_states_is_told(self):
        metadata = '<?xml version="1.0"?><n1:Level-2A_User_Product xmlns:n1="x"><BOA_ADD_OFFSET_VALUES_LIST><BOA_ADD_OFFSET band_id="0">{}</BOA_ADD_OFFSET></BOA_ADD_OFFSET_VALUES_LIST></n1:Level-2A_User_Product>'
        wavelengths = self.text("wl.txt", "\n".join(map(str, WAVELENGTHS)))
        bands = self.folder / "S2A_MSIL2A.SAFE" / "GRANULE" / "L2A_T33" / "IMG_DATA" / "R10m"
        bands.mkdir(parents=True)
        for image, side in (("stack.tif", "MTD_MSIL2A.xml"), (bands / "stack.tif", "S2A_MSIL2A.SAFE/MTD_MSIL2A.xml")):
            for offset, told in ((-1000, True), (0, False)):
                self.text(side, metadata.format(offset))
                code, log = run("SpectralResponseDegradation", **{"in": self.image(image)}, **BAND, wl=wavelengths, out=self.out)
                self.assertEqual(code, 0, log)
                self.assertEqual("-1000 must be added to its values" in log, told, log)

    def test_images_of_one_file_each_have_their_own_numbers(self):
        path = self.folder / "two.nc"
        file = ArrayFile(path)
        wavelength, rows, columns = (file.root.CreateDimension(name, "", "", size) for name, size in (("wavelength", BANDS), ("northing", ROWS), ("easting", COLUMNS)))
        file.array(file.root, "wavelength", [wavelength], WAVELENGTHS.astype("float32"), "nm")
        for name, gain, offset in (("radiance", 0.01, 3), ("reflectance", 0.0001, -0.1)):
            array = file.root.CreateMDArray(name, [wavelength, rows, columns], gdal.ExtendedDataType.Create(gdal.GDT_UInt16))
            array.SetScale(gain)
            array.SetOffset(offset)
            array.SetNoDataValueDouble(65535)
            numbers = numpy.round((self.cube - offset) / gain).clip(0, 65000).astype("uint16")
            numbers[:, 2, 3] = 65535
            array.Write(numbers)
        del array, wavelength, rows, columns, file
        names = [name for name, _ in gdal.Open(str(path)).GetSubDatasets()]
        index = next(number for number, name in enumerate(names) if name.endswith("reflectance"))
        found = self.degraded(f"{path}?&sdataidx={index}")
        expected = self.expected.copy()
        # GDAL may read the lines of such a file from below.
        found = found if found[0, 2, 3] == -9999 else found[:, ::-1]
        self.assertEqual(found[0, 2, 3], -9999)
        expected[0, 2, 3] = -9999
        numpy.testing.assert_allclose(found, expected, atol=1e-4)

    def test_lists_that_do_not_count_alpha(self):
        cube = numpy.concatenate([self.cube, numpy.full((1, ROWS, COLUMNS), 255, "float32")])
        cube[-1, 3, 4] = 0
        for place in (BANDS, 2, 0):
            order = list(range(BANDS))
            order.insert(place, BANDS)
            image = gdal.Open(str(self.image("lists.tif", cube[order])), gdal.GA_Update)
            image.GetRasterBand(place + 1).SetColorInterpretation(gdal.GCI_AlphaBand)
            image.SetMetadata({"wavelength": "{" + ", ".join(map(str, WAVELENGTHS)) + "}", "wavelength_units": "Nanometers",
                               "bbl": "{" + ", ".join("0" if band == 20 else "1" for band in range(BANDS)) + "}"}, "ENVI")
            image = None
            code, log = run("SpectralResponseDegradation", **{"in": self.folder / "lists.tif"}, **BAND, out=self.out)
            self.assertEqual(code, 0, log)
            self.assertIn("Bad bands: 1 of 24 are left out (21 by the file's bad bands list)", log)
            expected = self.expected.copy()
            expected[0, 3, 4] = -9999
            numpy.testing.assert_allclose(read_image(self.out), expected, atol=1e-6, err_msg=str(place))

    def test_why_there_are_no_wavelengths(self):
        path = self.image("few.tif", self.cube[:4])
        self.refuses(path, "it has only 4 bands: is it the hyperspectral image?")
        image = gdal.Open(str(self.image("alpha.tif")), gdal.GA_Update)
        for index in range(BANDS - 1):
            image.GetRasterBand(index + 1).SetMetadataItem("wavelength", f"{WAVELENGTHS[index]}")
        image.GetRasterBand(BANDS).SetColorInterpretation(gdal.GCI_AlphaBand)
        image = None
        self.refuses(self.folder / "alpha.tif", f"found nothing as the wavelength of band {BANDS}", f"band {BANDS} is an alpha channel")

    def test_tables_of_wavelengths(self):
        bare = self.image("bare.tif")
        lines = [f"{i + 1};{str(w).replace('.', ',')};8,5" for i, w in enumerate(WAVELENGTHS)]
        self.reads(bare, wl=self.text("a.csv", "Band;Wavelength [nm];FWHM\n" + "\n".join(lines)))
        self.reads(bare, wl=self.text("b.csv", "\n".join(f"{i + 1},{w}" for i, w in enumerate(WAVELENGTHS))))
        self.reads(bare, wl=self.text("d.csv", "Band,Wavelength\n" + "\n".join(f"{i + 1},{w}" for i, w in reversed(list(enumerate(WAVELENGTHS))))))
        self.reads(bare, wl=self.text("c.csv", "fwhm,wavelength\n" + "\n".join(f"8.5,{w}" for w in WAVELENGTHS)))
        with self.subTest("UTF-16"):
            path = self.folder / "d.csv"
            path.write_bytes(("Band\tWavelength\n" + "\n".join(f"{i + 1}\t{w}" for i, w in enumerate(WAVELENGTHS))).encode("utf-16"))
            self.reads(bare, wl=path)


if __name__ == "__main__":
    unittest.main()
