# SPDX-License-Identifier: Apache-2.0
"""How far a run is: one line that is written over in a terminal, a line now and then elsewhere."""

import sys
import time


def duration(seconds):
    """In the two largest units: 3 h 20 min."""
    seconds = int(round(seconds))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    if seconds < 86400:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
    return f"{seconds // 86400} d {seconds % 86400 // 3600} h"


class Progress:
    """Of `total` tasks, of which those that were there already are not counted."""

    SECONDS_BETWEEN_LINES = 30

    def __init__(self, total, what, stream=sys.stderr, clock=time.monotonic):
        self._total, self._what, self._stream, self._clock = total, what, stream, clock
        self._started = self._told = clock()
        self._terminal = stream.isatty()
        self._width = 0
        self._done = 0

    def text(self, done, workers):
        elapsed = self._clock() - self._started
        rest = f", {duration(elapsed / done * (self._total - done))} left" if 0 < done < self._total else ""
        return f"{done} of {self._total} {self._what} ({100 * done // self._total} %), {workers} at once, {duration(elapsed)}{rest}"

    def show(self, done, workers):
        """Call it as often as you like."""
        now = self._clock()
        if self._terminal:
            line = self.text(done, workers)
            self._stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
            self._stream.flush()
        elif (done > self._done or workers == 0) and (now - self._told >= self.SECONDS_BETWEEN_LINES or done == self._total):
            self._told = now
            self._stream.write(self.text(done, workers) + "\n")
            self._stream.flush()
        self._done = done

    def tell(self, line):
        """A line of its own."""
        if self._terminal and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
        self._stream.write(line + "\n")
        self._stream.flush()

    def end(self):
        if self._terminal and self._width:
            self._stream.write("\n")
            self._stream.flush()
