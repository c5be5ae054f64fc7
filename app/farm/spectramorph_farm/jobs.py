# SPDX-License-Identifier: Apache-2.0
"""A list of scenes: a CSV whose columns are parameters and whose lines are runs of an application."""

import csv
import os
import re
import shlex

from .errors import FarmError
from .parameters import Parameters, split_name
from .task import Output, Task

# Text outputs of the module's applications whose names do not begin with "out".
_TEXT_OUTPUTS = {"HyperspectralSuperResolution": {"model", "report"}, "TrainSpectralInversion": {"report"}}


def output_keys(application, parameters):
    """Which parameters name files that the application writes."""
    named = {key for key in application.texts if re.search(r"(^|\.)out[^.]*$", key)}
    return [key for key in parameters.values if key in application.images | named | _TEXT_OUTPUTS.get(application.name, set()) and parameters[key]]


class JobList:
    """The runs of `application` that the lines of a CSV ask for, with `common` parameters, which those of a line go before.

    A cell is what stands behind a parameter in a command line (sharp.tif int16); an empty one leaves the parameter out. Raises FarmError."""

    def __init__(self, path, application, common, fingerprints, threads):
        self._application, self._fingerprints, self._threads = application, fingerprints, threads
        self._jobs = []
        for number, values in self._lines(path):
            parameters = Parameters({**common.values, **values})
            self._jobs.append(self._task(f"line {number} of {path}", parameters))
        outputs = {}
        for task in self._jobs:
            for output in task.outputs:
                if outputs.setdefault(output, task.name) is not task.name:
                    raise FarmError(f"{task.name}: found the output {output} of {outputs[output]}, expected one of its own")

    @staticmethod
    def _lines(path):
        try:
            with open(path, newline="", encoding="utf-8-sig") as file:
                lines = list(csv.reader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise FarmError(f"--jobs: found {path}, which cannot be read ({error}), expected a CSV") from error
        header = [key.strip().lstrip("-") for key in lines[0]] if lines else []
        if not header or not all(header) or len(set(header)) < len(header):
            raise FarmError(f"--jobs: found {path} without a first line of different parameters, expected one such as inms,inhs,out")
        for number, line in enumerate(lines[1:], start=2):
            if not any(cell.strip() for cell in line):
                continue
            if len(line) != len(header):
                raise FarmError(f"--jobs: found {len(line)} cells in line {number} of {path}, expected {len(header)} as in the first")
            yield number, {key: shlex.split(cell) for key, cell in zip(header, line) if cell.strip()}

    def _task(self, name, parameters):
        unknown = [key for key in parameters.values if key not in self._application.keys and key != "progress"]
        if unknown:
            raise FarmError(f"{name}: found the parameter {unknown[0]}, expected one of {self._application.name}")
        outputs = output_keys(self._application, parameters)
        if not outputs:
            raise FarmError(f"{name}: found no output, expected one, such as out")
        words = list(self._application.command())
        for key, values in parameters.values.items():
            words.append(f"-{key}")
            if key in outputs:
                path, options = split_name(values[0])
                words += [Output(os.path.abspath(path), options), *values[1:]]
            else:
                words += values
        fingerprint = self._fingerprints.of(parameters, outputs=outputs)
        return Task(name, words, fingerprint, self._application.environment(self._threads), self._application.libraries())

    def tasks(self):
        return self._jobs
