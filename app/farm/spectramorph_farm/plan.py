# SPDX-License-Identifier: Apache-2.0
"""Which rectangles of an output are made apart."""

from typing import NamedTuple


class Tile(NamedTuple):
    """A rectangle of pixels, and its place among the tiles."""

    row: int
    column: int
    left: int
    top: int
    width: int
    height: int

    @property
    def name(self):
        return f"tile at column {self.left}, row {self.top} ({self.width} x {self.height} pixels)"

    @property
    def stem(self):
        return f"r{self.row:05d}_c{self.column:05d}"

    @property
    def box(self):
        """OTB's option of an extended filename."""
        return f"&box={self.left}:{self.top}:{self.width}:{self.height}"


class Grid(NamedTuple):
    """The size of an output, and of the blocks that its pixels are found in: a tile that is made of whole ones repeats no other's work."""

    columns: int
    rows: int
    block_columns: int = 1
    block_rows: int = 1

    def tiles(self, side):
        """Tiles of at least `side` pixels along an edge, but for the last ones, line by line."""
        width, height = (-(-side // block) * block for block in (self.block_columns, self.block_rows))
        return [
            Tile(row, column, left, top, min(width, self.columns - left), min(height, self.rows - top))
            for row, top in enumerate(range(0, self.rows, height))
            for column, left in enumerate(range(0, self.columns, width))
        ]
