#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the errors that the module expects of its result (outunc) with those that the truth shows.

A folder of cases has a folder for each with gt.tif or truth.tif, hsi.tif, msi.tif and srf.csv, values from 0 to 1: what benchmark.py --keep leaves, for one. Each
case is fused by HyperspectralSuperResolution with everything at its default, and compared by HyperspectralQuality. A row has the root mean square of the errors
expected and found, and their ratio; the rank correlation of both over pixels; how many of the ten classes of expected errors have lower errors than the class
before, and the errors found in each; and the share of pixels so far outside of what training saw that their spectra are guesses.

Applications are those of OTB_APPLICATION_PATH, or of build/.
"""

import argparse
import json
import pathlib
import statistics
import sys
import tempfile

import numpy
from osgeo import gdal

import measured

gdal.UseExceptions()

# What a map of errors that is right about itself shows of each case; the correlation as median over cases, too.
RATIO = (0.7, 1.4)
SPEARMAN, MEDIAN_SPEARMAN = 0.3, 0.5


def find_cases(folders):
    """Name, folder and truth of each case."""
    for folder in folders:
        for msi in sorted(folder.glob("*/msi.tif")):
            truth = next((msi.with_name(name) for name in ("gt.tif", "truth.tif") if msi.with_name(name).exists()), None)
            if truth is not None:
                yield msi.parent.name, msi.parent, truth


def judge(case, truth, seed, parameters, folder):
    """The calibration of one case, as HyperspectralQuality has it, and the share of pixels that are guesses."""
    out, expected, distance, scores = (folder / name for name in ("out.tif", "expected.tif", "distance.tif", "scores.json"))
    images = ["-inhs", case / "hsi.tif", "-inms", case / "msi.tif", "-srf", "matrix", "-srf.matrix.in", case / "srf.csv"]
    outputs = ["-out", out, "float", "-outunc", expected, "float", "-outdist", distance, "float"]
    measured.run_application("HyperspectralSuperResolution", [*images, "-scaling", "none", "-rand", seed, *parameters, *outputs])
    measured.run_application("HyperspectralQuality", ["-in", out, "-ref", truth, "-inunc", expected, "-outjson", scores])
    away = gdal.Open(str(distance)).ReadAsArray()
    return json.loads(scores.read_text())["uncertainty"], numpy.mean(away > 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="+", type=pathlib.Path, help="folders of cases")
    parser.add_argument("--seed", type=int, default=1, help="of training (%(default)s)")
    parser.add_argument("--parameters", default="", help="more of HyperspectralSuperResolution, as in '-method morph'")
    options = parser.parse_args()

    print("| case | expected | found | ratio | Spearman | falls | found in ten classes, in units of the mean | guesses |")
    print("|---|---|---|---|---|---|---|---|")
    correlations, wrong = [], 0
    for name, case, truth in find_cases(options.cases):
        with tempfile.TemporaryDirectory() as folder:
            found, guesses = judge(case, truth, options.seed, options.parameters.split(), pathlib.Path(folder))
        errors = [one["found"] / found["found"] for one in found["classes"]]
        falls = sum(later < earlier for earlier, later in zip(errors, errors[1:]))
        correlations.append(found["spearman"])
        wrong += not (RATIO[0] <= found["ratio"] <= RATIO[1] and found["spearman"] >= SPEARMAN and falls == 0)
        print(f"| {name} | {found['predicted']:.4f} | {found['found']:.4f} | {found['ratio']:.2f} | {found['spearman']:.2f} | {falls} | "
              f"{' '.join(f'{error:.2f}' for error in errors)} | {100 * guesses:.1f} % |", flush=True)
    if not correlations:
        sys.exit(f"{' '.join(map(str, options.cases))}: found no case, expected folders with gt.tif or truth.tif, hsi.tif, msi.tif and srf.csv")
    median = statistics.median(correlations)
    print(f"\n{len(correlations) - wrong} of {len(correlations)} cases have a ratio from {RATIO[0]} to {RATIO[1]}, a correlation of at least {SPEARMAN} and classes that "
          f"rise; median correlation {median:.2f}")
    return 0 if wrong == 0 and median >= MEDIAN_SPEARMAN else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, ValueError) as error:
        sys.exit(f"uncertainty.py: {error}")
