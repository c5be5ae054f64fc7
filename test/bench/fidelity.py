#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Scores the applications on fusion cases with published scores, and says where they fall short of them.

A folder of cases holds reference-scores.csv and a folder for each case with gt.tif, hsi.tif, msi.tif and srf.csv. Each case is run by both methods with the published
settings, not refined, and several seeds; the median must reach the reference: PSNR less 0.2 dB, spectral angle times 1.03, residual of the factorisation times 1.01.

Applications are those of OTB_APPLICATION_PATH, or of build/.
"""

import argparse
import csv
import json
import os
import re
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "app"))
from launcher import run  # noqa: E402


def score(case, folder, method, seed, prior=False):
    """PSNR, spectral angle and the factorisation's residual (None for lift) of one run."""
    out = os.path.join(folder, "out.tif")
    scores = os.path.join(folder, "scores.json")
    extra = {"method_morph_csp": "true" if prior else "false"} if method == "morph" else {}
    code, log = run("HyperspectralSuperResolution", inhs=case / "hsi.tif", inms=case / "msi.tif", srf="matrix", srf_matrix_in=case / "srf.csv", scaling="none",
                    method=method, rand=seed, refine="false", out=out, **extra)
    if code != 0:
        sys.exit(log)
    code, quality = run("HyperspectralQuality", **{"in": out}, ref=case / "gt.tif", peak=1, quantize="true", clip="true", outjson=scores)
    if code != 0:
        sys.exit(quality)
    with open(scores, encoding="utf-8") as file:
        overall = json.load(file)["reference"]["overall"]
    residual = re.search(r"relative residual ([0-9.e-]+)", log)
    return overall["psnr"], overall["sam"], float(residual.group(1)) if residual else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path, help="folder of cases")
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0, 1, ... of which the median counts (3)")
    arguments = parser.parse_args()

    with open(arguments.cases / "reference-scores.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    short = 0
    print("| case | method | PSNR dB (lowest, highest) | reference | SAM deg | reference | NMF residual | reference | |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for row in rows:
            runs = [score(arguments.cases / row["case"], folder, row["method"], seed) for seed in range(arguments.seeds)]
            psnr, sam = (statistics.median(values) for values in list(zip(*runs))[:2])
            residual, limit = runs[0][2], row["nmf_relative_error_k7"]
            fine = psnr >= float(row["psnr_db"]) - 0.2 and sam <= 1.03 * float(row["sam_deg"]) and (not limit or residual <= 1.01 * float(limit))
            short += not fine
            print(f"| {row['case']} | {row['method']} | {psnr:.2f} ({min(runs)[0]:.2f}, {max(runs)[0]:.2f}) | {float(row['psnr_db']):.2f} | {sam:.3f} | "
                  f"{float(row['sam_deg']):.3f} | {f'{residual:.6f}' if limit else ''} | {limit} | {'' if fine else 'short'} |", flush=True)
        for case in sorted({row["case"] for row in rows if row["case"].endswith("_b1")}):
            runs = [score(arguments.cases / case, folder, "morph", seed, prior=True) for seed in range(arguments.seeds)]
            print(f"| {case} | morph with prior | {statistics.median(r[0] for r in runs):.2f} ({min(runs)[0]:.2f}, {max(runs)[0]:.2f}) | | "
                  f"{statistics.median(r[1] for r in runs):.3f} | | | | |")
    print(f"\n{len(rows) - short} of {len(rows)} reach the reference")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
