#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the applications say on ordinary files, in an environment as empty as QGIS makes it: each decision in a line, and no noise."""

import os
import unittest

from launcher import write_image
from mixed_scene import COARSE_GRID, RATIO, SHARP_GRID, SIZE, WAVELENGTHS, WIDTHS
from super_resolution_case import QUICK, SuperResolutionTest

# QGIS takes a line with one of these words for an error.
NOISE = r"(?i)error|warning"
SENSOR = {"srf": "sensor", "srf_sensor_name": "sentinel2a10m"}


class Messages(SuperResolutionTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in set(os.environ) - {"PATH", "OTB_APPLICATION_PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS"}:
            value = os.environ.pop(name)
            cls.addClassCleanup(os.environ.__setitem__, name, value)
        os.environ.update({"GDAL_DRIVER_PATH": "disable", "OTB_LOGGER_LEVEL": "INFO"})

    def says(self, application, *expected, **parameters):
        """Runs it; each of the expected patterns must be in a line of its own of the log."""
        log = self.succeeds(application, **parameters)
        self.assertNotRegex(log, NOISE)
        for pattern in expected:
            self.assertRegex(log, rf"(?m)(^|\r|\(INFO\) {application}: ){pattern}", application)

    def test_fusion(self):
        pixels, fine = SIZE * SIZE, SIZE * RATIO
        common = (
            "Reading the hyperspectral image: ",
            f"Training on {pixels} of {pixels} valid pixels of {pixels}, 30 bands$",
            "Scaling: offset .*, scale ",
            "Training the network: ",
            r"Trained 300 epochs, mean absolute difference from [\d.e-]+ to [\d.e-]+ in scaled units$",
            r"Wavelengths: 30 from 402.5 to 982.5 nm, of inhs$",
            r"Spectral response: 4 bands of 30 \(B02, B03, B04, B08\)$",
        )
        morph = ("Finding endmembers \\(NMF\\): ", r"Endmembers: \d+, relative residual .* after \d+ sweeps$")
        # Reflectance times 10000, which an output of integers holds.
        inhs = write_image(self.folder / "great_coarse.tif", 10000 * self.coarse, WAVELENGTHS, WIDTHS, COARSE_GRID)
        inms = write_image(self.folder / "great_sharp.tif", 10000 * self.sharp, geotransform=SHARP_GRID)
        inputs = {"inhs": inhs, "inms": inms, **SENSOR, **QUICK}
        outputs = {"out": f"{self.folder}/out.tif int16", "outab": self.folder / "ab.tif", "outem": self.folder / "em.tif"}
        fusion, model = "HyperspectralSuperResolution", self.folder / "model.json"
        self.says(fusion, *common, *morph, "Writing .*out.tif", **inputs, **outputs, model=model)
        estimated = "Number of endmembers: .*, by the dimensions of the signal that stand out of the noise$"
        grids = "Grids: a hyperspectral pixel is 4 x 4 multispectral ones, by physical coordinates$"
        self.says(fusion, *common, *morph, estimated, grids, **{**inputs, "method_morph_ne": -1}, **outputs, method_morph_csp="true")
        lift = {"inhs": inhs, "inms": inms, **SENSOR, "epochs": 300, "method": "lift"}
        self.says(fusion, *common, "outab is not written: the method lift has no abundances$", **lift, **outputs)
        regression = "Regression: ridge [\\d.e-]+, root mean square residual of pixels left out [\\d.e-]+ in scaled units$"
        self.says(fusion, "Fitting the regression: ", regression, "epochs is not used: the method linear does not train step by step$", **{**lift, "method": "linear"}, **outputs)
        self.says("TrainSpectralInversion", *common, *morph, inhs=inhs, **SENSOR, **QUICK, out=model)
        found = f"Model: 4 bands to 30 by the abundances of 4 endmembers, trained on {pixels} pixels$"
        self.says("SpectralInversion", found, inms=inms, model=model, out=self.folder / "two.tif")
        scores = ("Finding the peak of ref: ", "Peak: .*, the maximum of ref$", "Scoring against ref: ", f"reference pixels: {fine**2}$", "reference psnr: ")
        self.says("HyperspectralQuality", *scores, **{"in": self.folder / "two.tif"}, ref=self.folder / "out.tif")

    def test_simulation(self):
        truth = write_image(self.folder / "truth.tif", self.truth, WAVELENGTHS, WIDTHS, SHARP_GRID)
        noise = ("Measuring the bands for the noise: ", "Noise: standard deviation .* to .* over the bands, for 30 dB$")
        size = "Output: 19 x 19 pixels; 1 columns and 1 rows of the input are left over$"
        self.says("SpatialDegradation", *noise, size, **{"in": truth}, ratio=5, snr=30, out=self.folder / "coarser.tif")
        response = "Spectral response: 4 bands of 30 "
        self.says("SpectralResponseDegradation", *noise, response, **{"in": truth}, **SENSOR, snr=30, out=self.folder / "seen.tif")
        steps = ("Reading the hyperspectral image: ", "Finding endmembers \\(NMF\\): ", "Endmembers: 4 from 576 of 576 valid pixels, relative residual ")
        abundances, endmembers = self.folder / "ab.tif", self.folder / "em.tif"
        self.says("NMFEndmemberExtraction", *steps, **{"in": self.inhs}, ne=4, outendm=endmembers, outab=abundances)
        mixing = "Mixing: 4 endmembers of 30 bands, offset 0$"
        self.says("LinearMixingSynthesis", mixing, **{"in": abundances}, ie=endmembers, out=self.folder / "mixed.tif")


if __name__ == "__main__":
    unittest.main()
