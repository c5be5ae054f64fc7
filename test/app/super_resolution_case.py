# SPDX-License-Identifier: Apache-2.0
"""What the tests of HyperspectralSuperResolution, TrainSpectralInversion and SpectralInversion share: the scene as files, and the methods' equations."""

import pathlib
import tempfile
import unittest

import numpy

import mixed_scene
from launcher import read_image, run, write_image
from mixed_scene import COARSE_GRID, RATIO, SHARP_GRID, WAVELENGTHS, WIDTHS, root_mean_square

THREADS = "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"
# One method, four bands, four endmembers and a small network: enough for this scene, trained in a fraction of a second.
QUICK = {"method": "morph", "epochs": 300, "method_morph_ne": 4, "method_morph_hidden": 128}


class SuperResolutionTest(unittest.TestCase):
    """The scene as files, and applications that must succeed."""

    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._folder.cleanup)
        cls.folder = pathlib.Path(cls._folder.name)
        cls.truth, cls.coarse, cls.sharp = mixed_scene.scene()
        cls.inhs = write_image(cls.folder / "coarse.tif", cls.coarse, WAVELENGTHS, WIDTHS, COARSE_GRID)
        cls.inms = write_image(cls.folder / "sharp.tif", cls.sharp, geotransform=SHARP_GRID)
        cls.matrix = cls.folder / "matrix.csv"
        numpy.savetxt(cls.matrix, mixed_scene.response(), delimiter=",")
        cls.nearest = root_mean_square(numpy.kron(cls.coarse, numpy.ones((1, RATIO, RATIO))) - cls.truth)

    def succeeds(self, application, **parameters):
        code, log = run(application, **parameters)
        self.assertEqual(code, 0, log)
        self.assertNotRegex(log, r"\((FATAL|ERROR)\)|\(WARNING\)(?!: Streaming configuration)")
        return log

    def train(self, model, **parameters):
        self.succeeds("TrainSpectralInversion", **{"inhs": self.inhs, "srf": "matrix", "srf_matrix_in": self.matrix, **QUICK, **parameters}, out=self.folder / model)
        return self.folder / model

    def fuse(self, name="out.tif", env=None, **parameters):
        """The output image of the one-step application; its log is in self.log."""
        out = self.folder / name.split("?")[0].split(" ")[0]
        parameters = {"inhs": self.inhs, "inms": self.inms, "srf": "matrix", "srf_matrix_in": self.matrix, **QUICK, **parameters}
        self.log = self.succeeds("HyperspectralSuperResolution", env=env, **parameters, out=self.folder / name)
        return read_image(out)


def forward(model, pixels, priors=None):
    """What a model file says of multispectral pixels (n x c), in double precision: the equations of the two papers, and of a line."""
    offset, scale = model["scaling"]["offset"], model["scaling"]["scale"]
    layers = [(numpy.array(layer["weights"]), numpy.array(layer["bias"])) for layer in model["network"]]
    x = (pixels - offset) / scale
    if model["method"] == "morph":
        if priors is not None:
            x = numpy.hstack([x, (priors - offset) / scale])
        hidden = numpy.maximum(x @ layers[0][0].T + layers[0][1], 0)
        a = hidden @ layers[1][0].T + layers[1][1]
        a = {"none": lambda z: z, "nonnegative": lambda z: numpy.logaddexp(z, 0), "sumtoone": lambda z: numpy.exp(z) / numpy.exp(z).sum(1, keepdims=True)}[model["constraint"]](a)
        return offset + scale * (a @ numpy.array(model["endmembers"]))

    if model["method"] == "linear":
        return offset + scale * (x @ layers[0][0].T + layers[0][1])

    def layer(number, value):
        z = value @ layers[number][0].T + layers[number][1]
        return z if number == 6 else numpy.where(z > 0, z, 0.3 * z)

    x1 = layer(0, x)
    x2 = layer(1, x1) + x1
    x4 = layer(3, layer(2, x2)) + x2
    x6 = layer(5, layer(4, x4)) + x4
    return offset + scale * layer(6, x6)


def as_pixels(cube):
    return cube.reshape(len(cube), -1).T.astype(float)
