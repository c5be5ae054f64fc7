#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Up-samples an image by cubic convolution onto the grid of another one that covers the same ground: the baseline without any fusion.

usage: upsample.py COARSE FINE OUT
"""
import sys

from osgeo import gdal

gdal.UseExceptions()


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    coarse, fine = gdal.Open(sys.argv[1]), gdal.Open(sys.argv[2])
    left, width, _, top, _, height = fine.GetGeoTransform()
    extent = (left, top + height * fine.RasterYSize, left + width * fine.RasterXSize, top)
    # Warping goes by the ground, not by the pixels' numbers: no shift of half a pixel.
    gdal.Warp(sys.argv[3], coarse, outputBounds=extent, width=fine.RasterXSize, height=fine.RasterYSize, resampleAlg="cubic", format="GTiff")


if __name__ == "__main__":
    main()
