#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the speed of the mathematics as ratios, a line each: both sides in turns, medians, on an idle machine.

inference, training   against Eigen on the same machine (SpectraMorphSpeed, built by `test/build.sh SpectraMorphSpeed`)
morph, lift           training against PyTorch (needs torch)
nmf                   factorisation against scikit-learn's

A comparison whose package is absent says so. Pip installs both packages into an environment whose Python may run this file.
"""

import argparse
import contextlib
import importlib.util
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

# Of the published size: Washington DC Mall at ratio 8 for training, at ratio 4 for the factorisation.
PIXELS, MSI, HIDDEN, ENDMEMBERS, BANDS = 6080, 4, 1024, 7, 191
WIDTH, HEIGHT = 320, 76
EPOCHS = 2500
BUILD = pathlib.Path(__file__).resolve().parents[2] / "build"


def program(options, *arguments):
    """Runs SpectraMorphSpeed; returns the numbers that it prints."""
    command = [options.build / "bin" / "SpectraMorphSpeed", *arguments]
    printed = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
    return [float(number) for number in printed.split()]


def morph(torch):
    """SpectraMorph's network, K endmembers and all: from c bands to C."""
    network = torch.nn.Sequential(torch.nn.Linear(MSI, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, ENDMEMBERS))
    endmembers = torch.rand(ENDMEMBERS, BANDS)
    return network.parameters(), lambda msi: network(msi) @ endmembers


def lift(torch):
    """SpectraLift's network."""
    width = 64
    layers = torch.nn.ModuleList(torch.nn.Linear(MSI if k == 0 else width, BANDS if k == 6 else width) for k in range(7))

    def layer(number, x):
        return torch.nn.functional.leaky_relu(layers[number - 1](x), 0.3)

    def forward(msi):
        x1 = layer(1, msi)
        x2 = layer(2, x1) + x1
        x4 = layer(4, layer(3, x2)) + x2
        x6 = layer(6, layer(5, x4)) + x4
        return layers[6](x6)

    return layers.parameters(), forward


def training(torch, make, compiled):
    """A function that does so many epochs, full batch, with Adam and the mean absolute error."""
    torch.manual_seed(1)
    parameters, forward = make(torch)
    msi, spectra = torch.rand(PIXELS, MSI), torch.rand(PIXELS, BANDS)
    try:
        optimizer = torch.optim.Adam(parameters, lr=1e-3, eps=1e-7, fused=True)
    except (RuntimeError, TypeError):
        parameters, forward = make(torch)
        optimizer = torch.optim.Adam(parameters, lr=1e-3, eps=1e-7)

    def loss():
        return torch.nn.functional.l1_loss(forward(msi), spectra)

    if compiled:
        loss = torch.compile(loss)

    def train(epochs):
        for _ in range(epochs):
            optimizer.zero_grad(set_to_none=True)
            loss().backward()
            optimizer.step()

    train(3)
    return train


def seconds(work, *arguments):
    begin = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - begin


def compare_training(options, method, expected):
    import torch

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    make = {"morph": morph, "lift": lift}[method]
    candidates = {"as it is": training(torch, make, False)}
    try:
        candidates["torch.compile"] = training(torch, make, True)
    except Exception as error:  # what its compiler lacks on a machine, it says in many ways
        print(f"{method}: torch.compile does not run here ({type(error).__name__})")
    epochs, ours, theirs = 8, [], {name: [] for name in candidates}
    for _ in range(options.rounds):
        ours += program(options, "epoch", method, PIXELS, options.threads, 10 * epochs + 1)
        for name, train in candidates.items():
            theirs[name].append(seconds(train, epochs) / epochs)
    mine = statistics.median(ours)
    name, best = min(((name, statistics.median(values)) for name, values in theirs.items()), key=lambda pair: pair[1])
    print(f"training of {method}, {options.threads} threads: {best / mine:.1f} times PyTorch {torch.__version__} ({name}), {EPOCHS * mine:.1f} s against "
          f"{EPOCHS * best:.0f} s for {EPOCHS} epochs (expected {expected})", flush=True)


def compare_factorization(options):
    import numpy
    import sklearn
    import threadpoolctl
    from sklearn.decomposition import NMF

    with contextlib.ExitStack() as stack:
        path, bands = options.spectra, options.bands
        if path is None:
            path, bands = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()), "spectra"), BANDS
            program(options, "spectra", path, WIDTH, HEIGHT)
        spectra = numpy.fromfile(path, numpy.float32).reshape(-1, bands)
        for threads in sorted({1, options.threads}):
            ours, theirs = [], []
            for _ in range(options.rounds):
                wall, _, sweeps, objective = program(options, "nmf", path, bands, threads)
                ours.append(wall)
                with threadpoolctl.threadpool_limits(threads):
                    model = NMF(ENDMEMBERS, init="nndsvda", max_iter=5000, random_state=0)
                    begin = time.perf_counter()
                    abundances = model.fit_transform(spectra)
                    theirs.append(time.perf_counter() - begin)
            residual = spectra - abundances.astype(float) @ model.components_.astype(float)
            mine, other = statistics.median(ours), statistics.median(theirs)
            print(f"factorisation of {spectra.shape[0]} x {bands}, {threads} thread{'s' * (threads > 1)}: {other / mine:.1f} times scikit-learn "
                  f"{sklearn.__version__}, {mine:.2f} s against {other:.2f} s, objective {objective:.6g} after {sweeps:.0f} sweeps against "
                  f"{(residual ** 2).sum() / 2:.6g} after {model.n_iter_} (expected 5)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ["inference", "training", "morph", "lift", "nmf"]
    parser.add_argument("measurements", nargs="*", metavar="MEASUREMENT", help=f"of {', '.join(names)}; all by default")
    parser.add_argument("--build", type=pathlib.Path, default=BUILD, help="the build folder (%(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of the comparisons (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of the comparisons (%(default)s)")
    parser.add_argument("--spectra", type=pathlib.Path, help="file of bare floats, pixel by pixel, to factorise instead of the synthetic scene")
    parser.add_argument("--bands", type=int, default=BANDS, help="of --spectra (%(default)s)")
    options = parser.parse_args()
    unknown = [name for name in options.measurements if name not in names]
    if unknown:
        parser.error(f"found the measurement {unknown[0]}, expected some of {', '.join(names)}")
    if not (options.build / "bin" / "SpectraMorphSpeed").exists():
        parser.error(f"found no bin/SpectraMorphSpeed in {options.build}, expected one: test/build.sh SpectraMorphSpeed")

    for name in options.measurements or names:
        package = {"morph": "torch", "lift": "torch", "nmf": "sklearn"}.get(name)
        if package is None:
            subprocess.run([str(options.build / "bin" / "SpectraMorphSpeed"), name], check=True)
        elif importlib.util.find_spec(package) is None:
            print(f"{name}: left out, this Python has no package {package}", flush=True)
        elif name == "nmf":
            compare_factorization(options)
        else:
            compare_training(options, name, {"morph": 10, "lift": 4}[name])


if __name__ == "__main__":
    sys.exit(main())
