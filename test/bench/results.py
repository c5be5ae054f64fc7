# SPDX-License-Identifier: Apache-2.0
"""The benchmark's table: a CSV file with a row per case and method, and its summary in Markdown."""

import csv
import os
import statistics

KEY = ["scene", "shape", "axis", "blur", "ratio", "bands", "hsi_snr", "msi_snr", "seed", "method", "parameters"]
SCORES = ["psnr", "rmse", "sam", "ergas", "ssim", "uiqi", "cc"]
COSTS = ["train_seconds", "infer_seconds", "total_seconds", "peak_mib"]
COLUMNS = KEY + SCORES + COSTS

# Title and format of a number in the summary.
SHOWN = {
    "psnr": ("PSNR [dB]", ".2f"),
    "sam": ("SAM [deg]", ".2f"),
    "rmse": ("RMSE", ".4f"),
    "ergas": ("ERGAS", ".2f"),
    "ssim": ("SSIM", ".4f"),
    "uiqi": ("UIQI", ".4f"),
    "train_seconds": ("training [s]", ".1f"),
    "infer_seconds": ("inference [s]", ".1f"),
    "peak_mib": ("memory [MiB]", ".0f"),
}


class Table:
    """Rows are dictionaries of text. Each new row rewrites the file under another name and then moves it, so that an interrupted run leaves whole rows."""

    def __init__(self, path):
        self.path, self.rows = path, []
        if os.path.exists(path):
            with open(path, newline="", encoding="utf-8") as file:
                reader = csv.DictReader(file)
                if reader.fieldnames != COLUMNS:
                    raise ValueError(f"{path}: found the columns {reader.fieldnames}, expected {COLUMNS}")
                self.rows = list(reader)

    def find(self, key):
        """The row of a case and method, or None."""
        wanted = {name: str(value) for name, value in key.items()}
        return next((row for row in self.rows if all(row[name] == wanted[name] for name in KEY)), None)

    def add(self, row):
        """Adds a row. Numbers that a case does not define (no training, no finite score) are None and become empty."""
        text = {name: str(row[name]) for name in KEY}
        row = {**text, **{name: "" if row[name] is None else f"{row[name]:.6g}" for name in SCORES + COSTS}}
        self.rows.append(row)
        unfinished = f"{self.path}.{os.getpid()}"
        with open(unfinished, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)
        os.replace(unfinished, self.path)
        return row


def mean(rows, column, form):
    values = [float(row[column]) for row in rows if row[column] != ""]
    return format(statistics.fmean(values), form) if values else "-"


def markdown(titles, lines):
    return "\n".join("| " + " | ".join(line) + " |" for line in [titles, ["---"] * len(titles), *lines]) + "\n"


def unique(values):
    return list(dict.fromkeys(values))


def by(titles, groups, methods):
    """PSNR and SAM of each method, a column for each value of a function of rows."""
    values = unique(groups(row) for own in methods.values() for row in own)
    lines = []
    for name, own in methods.items():
        of_groups = [[row for row in own if groups(row) == value] for value in values]
        lines.append([name] + [f"{mean(some, 'psnr', '.2f')} / {mean(some, 'sam', '.2f')}" for some in of_groups])
    return markdown(["method"] + [titles(value) for value in values], lines) + "\n"


def summary(rows):
    """Per scene: the means over all cases of a method, and PSNR and SAM for each ratio and number of bands, and for each blur where there are several."""
    text = ""
    for scene, shape, axis in unique((row["scene"], row["shape"], row["axis"]) for row in rows):
        chosen = [row for row in rows if (row["scene"], row["shape"], row["axis"]) == (scene, shape, axis)]
        methods = {method: [row for row in chosen if row["method"] == method] for method in unique(row["method"] for row in chosen)}
        text += f"## {scene}, {shape}, {axis} axis\n\n"
        titles = ["method", "cases"] + [title for title, _ in SHOWN.values()]
        lines = [[name, str(len(own))] + [mean(own, column, form) for column, (_, form) in SHOWN.items()] for name, own in methods.items()]
        text += markdown(titles, lines) + "\nPSNR [dB] / SAM [deg] by ratio and number of bands:\n\n"
        text += by(", ".join, lambda row: (row["ratio"], row["bands"]), methods)
        if len({row["blur"] for row in chosen}) > 1:
            text += "PSNR [dB] / SAM [deg] by blur:\n\n" + by(str, lambda row: row["blur"], methods)
    return text
