# SPDX-License-Identifier: Apache-2.0
"""The module's methods, run through their applications: training and inference measured apart."""

import measured

# Parameters of TrainSpectralInversion.
METHODS = {
    "morph": ["-method", "morph"],
    "morph-csp": ["-method", "morph", "-method.morph.csp", "true"],
    "lift": ["-method", "lift"],
}


def fuse(parameters, hsi, msi, srf, model, out, seed):
    """Trains on the LR-HSI and applies the model to the HR-MSI; returns seconds of training, seconds of inference and peak memory [MiB]. Images from 0 to 1."""
    train = ["-inhs", hsi, "-srf", "matrix", "-srf.matrix.in", srf, "-scaling", "none", "-rand", seed, *parameters, "-out", model]
    training, training_peak = measured.run_application("TrainSpectralInversion", train)
    # Simulated sensors are of one calibration.
    infer = ["-inms", msi, "-model", model, "-radio", "none", "-out", out, "float"]
    # Only a model with a prior looks at the LR-HSI again.
    if "-method.morph.csp" in parameters:
        infer += ["-inhs", hsi]
    inference, inference_peak = measured.run_application("SpectralInversion", infer)
    return training, inference, max(training_peak, inference_peak)
