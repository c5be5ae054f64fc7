# SPDX-License-Identifier: Apache-2.0
"""An application's parameters as they stand in a command line: -key value value ..."""

import re

from .errors import FarmError

# A negative number is a value.
_KEY = re.compile(r"-[A-Za-z][\w.]*")


class Parameters:
    """Keys in order, each with its values."""

    def __init__(self, values=()):
        self.values = dict(values)

    @classmethod
    def parse(cls, words):
        """Of the words behind an application's name. Raises FarmError for a value without a key, and a key that is given twice."""
        values = {}
        key = None
        for word in words:
            if _KEY.fullmatch(word):
                key = word[1:]
                if key in values:
                    raise FarmError(f"{key}: found twice, expected once")
                values[key] = []
            elif key is None:
                raise FarmError(f"found {word} where a parameter such as -out is expected")
            else:
                values[key].append(word)
        return cls(values)

    def words(self):
        return [word for key, values in self.values.items() for word in (f"-{key}", *values)]

    def with_values(self, **values):
        """The same, with other values of some keys (a list of words each; None takes the key away)."""
        merged = {**self.values, **values}
        return Parameters({key: value for key, value in merged.items() if value is not None})

    def __contains__(self, key):
        return key in self.values

    def __getitem__(self, key):
        return self.values[key]


def split_name(value):
    """A file and the options of OTB's extended filename, which begin with ?&; those are empty when there are none."""
    path, mark, options = value.partition("?&")
    return path, mark + options
