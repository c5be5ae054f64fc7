# SPDX-License-Identifier: Apache-2.0
"""The module's methods, run through their applications: training and inference measured apart, where they are apart."""

import measured

# Parameters of TrainSpectralInversion; results are not refined.
METHODS = {
    "morph": ["-method", "morph", "-method.morph.csp", "false"],
    "morph-csp": ["-method", "morph", "-method.morph.csp", "true"],
    "lift": ["-method", "lift"],
    "linear": ["-method", "linear"],
}

# Parameters of HyperspectralSuperResolution, which refines its results.
REFINED = {
    "morph-refined": ["-method", "morph"],
    "morph-retrained": ["-method", "morph", "-retrain", "true"],
    "lift-refined": ["-method", "lift"],
    "auto": ["-method", "auto"],
}

# What no method can beat that looks at one multispectral pixel at a time: SpectraMorph's network trained on the truth, as many pixels of it as this.
BOUND = ["-method", "morph", "-method.morph.csp", "false", "-samples", 16384]


def super_resolve(parameters, hsi, msi, srf, out, seed):
    """The whole job in one step; returns its seconds and peak memory [MiB]. Images from 0 to 1."""
    images = ["-inhs", hsi, "-inms", msi, "-srf", "matrix", "-srf.matrix.in", srf]
    return measured.run_application("HyperspectralSuperResolution", [*images, "-scaling", "none", "-radio", "none", "-rand", seed, *parameters, "-out", out, "float"])


def fuse(parameters, hsi, msi, srf, model, out, seed):
    """Trains on the LR-HSI and applies the model to the HR-MSI; returns seconds of training, seconds of inference and peak memory [MiB]. Images from 0 to 1."""
    train = ["-inhs", hsi, "-srf", "matrix", "-srf.matrix.in", srf, "-scaling", "none", "-rand", seed, *parameters, "-out", model]
    training, training_peak = measured.run_application("TrainSpectralInversion", train)
    # Simulated sensors are of one calibration.
    infer = ["-inms", msi, "-model", model, "-radio", "none", "-refine", "false", "-out", out, "float"]
    # Only a model with a prior looks at the LR-HSI again.
    if parameters[-2:] == ["-method.morph.csp", "true"]:
        infer += ["-inhs", hsi]
    inference, inference_peak = measured.run_application("SpectralInversion", infer)
    return training, inference, max(training_peak, inference_peak)
