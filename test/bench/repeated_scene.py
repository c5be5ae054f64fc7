# SPDX-License-Identifier: Apache-2.0
"""A small synthetic scene, repeated to images of any size that are written line by line, and what the applications need to work on them."""

import pathlib

import numpy as np
from osgeo import gdal

import measured

gdal.UseExceptions()

PATCH = 256
RATIO = 4
ENDMEMBERS = 7
CREATION = ["INTERLEAVE=PIXEL", "BIGTIFF=IF_SAFER"]
TILES = ["TILED=YES"]
DEFLATE = ["COMPRESS=DEFLATE", "ZLEVEL=1"]


class RepeatedScene:
    """Images of both sensors in a folder; creation are GDAL's creation options of every image."""

    def __init__(self, folder, bands, creation):
        self.folder, self.creation = pathlib.Path(folder), [*CREATION, *creation]
        self.ne = min(bands, ENDMEMBERS)
        measured.run([measured.find_program("otbSyntheticSceneGenerator"), "-out", self.path("patch.tif"), "-size", PATCH, PATCH, "-bands", bands,
                      "-type", "uint16", "-scale", 10000])  # fmt: skip
        self.patch = gdal.Open(str(self.path("patch.tif"))).ReadAsArray().astype(np.int16)
        # Each multispectral band is the mean of a group of bands.
        response = np.zeros((4, bands))
        for band, group in enumerate(np.array_split(np.arange(bands), 4)):
            response[band, group] = 1 / len(group)
        np.savetxt(self.path("response.csv"), response, delimiter=",")
        self.srf = ["-srf", "matrix", "-srf.matrix.in", self.path("response.csv")]
        self.multispectral = np.tensordot(response, self.patch, 1).astype(np.float32)
        # What a detector of RATIO x RATIO pixels sees.
        self.coarse = np.round(self.patch.reshape(bands, PATCH // RATIO, RATIO, PATCH // RATIO, RATIO).mean((2, 4))).astype(np.int16)
        self.abundances = self.patch[: self.ne].astype(np.float32) / 10000

    def path(self, name):
        return self.folder / name

    def write(self, name, patch, columns, lines, spacing=1):
        """The patch, repeated over so many columns and lines of that spacing."""
        bands, height, width = patch.shape
        kind = gdal.GDT_Int16 if patch.dtype == np.int16 else gdal.GDT_Float32
        dataset = gdal.GetDriverByName("GTiff").Create(str(self.path(name)), columns, lines, bands, kind, self.creation)
        dataset.SetGeoTransform((600000, spacing, 0, 5000000, 0, -spacing))
        stripe = np.tile(patch, (1, 1, -(-columns // width)))[:, :, :columns]
        for line in range(0, lines, height):
            dataset.WriteArray(stripe[:, : lines - line], 0, line)
        del dataset
        return self.path(name)

    def prepare(self, hidden=1024, epochs=5):
        """A model of so many hidden units, and endmembers."""
        coarse = self.write("small.tif", self.patch[:, ::2, ::2], PATCH // 2, PATCH // 2, RATIO)
        train = ["-inhs", coarse, *self.srf, "-method.morph.ne", self.ne, "-method.morph.hidden", hidden, "-epochs", epochs]
        measured.run_application("TrainSpectralInversion", [*train, "-out", self.path("model.json")])
        measured.run_application("NMFEndmemberExtraction", ["-in", coarse, "-ne", self.ne, "-outendm", self.path("endmembers.tif")])

    def output(self, name="out.tif"):
        """The parameter out of an application: an image of whole numbers, with the creation options."""
        return ["-out", f"{self.path(name)}?" + "".join(f"&gdal:co:{option}" for option in self.creation), "int16"]
