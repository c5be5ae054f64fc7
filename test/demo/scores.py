#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the scores that HyperspectralQuality wrote as JSON, one line per image.

usage: scores.py TITLE=FILE.json ...
"""
import json
import sys

# The key in the file, the column's title, the number's format.
COLUMNS = [
    ("psnr", "PSNR [dB]", "10.2f"),
    ("rmse", "RMSE", "10.4f"),
    ("sam", "SAM [deg]", "10.2f"),
    ("ergas", "ERGAS", "10.2f"),
    ("ssim", "SSIM", "10.4f"),
    ("uiqi", "UIQI", "10.4f"),
]


def main():
    if len(sys.argv) < 2 or any("=" not in argument for argument in sys.argv[1:]):
        raise SystemExit(__doc__)
    print(f"{'':<22}" + "".join(f"{title:>11}" for _, title, _ in COLUMNS))
    for argument in sys.argv[1:]:
        title, path = argument.split("=", 1)
        with open(path, encoding="utf-8") as file:
            scores = json.load(file)["reference"]["overall"]
        # A score that has no finite value is null.
        print(f"{title:<22}" + "".join(f" {scores[key]:{form}}" if scores[key] is not None else f"{'-':>11}" for key, _, form in COLUMNS))


if __name__ == "__main__":
    main()
