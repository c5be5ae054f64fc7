# SPDX-License-Identifier: Apache-2.0
"""One image of tiles: at once as a VRT, which refers to them, and as one file with overviews, which GDAL writes of that."""

import os
import shutil
import uuid
from xml.sax.saxutils import escape

from osgeo import gdal

from .errors import FarmError, NotDone
from .parameters import split_name

gdal.UseExceptions()

# GDAL keeps a table of the sources of each band. Of more tiles a line is a VRT of its own, which is read when it is needed.
MOST_SOURCES = 1024


class Mosaic:
    """`path`, a VRT of tiles. `place` names a tile's file, a path. All tiles have the bands, types and metadata of the first."""

    def __init__(self, path, grid, tiles, place):
        self.path, self._grid, self._tiles, self._place = path, grid, tiles, place

    def write_vrt(self):
        """Appears whole."""
        first = self._tiles[0]
        if len(self._tiles) <= MOST_SOURCES:
            parts = [(self._place(tile), tile.left, tile.top, tile.width, tile.height) for tile in self._tiles]
        else:
            lines = {}
            for tile in self._tiles:
                lines.setdefault(tile.row, []).append(tile)
            parts = []
            for row, line in lines.items():
                file = os.path.join(os.path.dirname(self._place(line[0])), f"r{row:05d}.vrt")
                inner = [(self._place(tile), tile.left, 0, tile.width, tile.height) for tile in line]
                self._write(file, self._grid.columns, line[0].height, inner, self._place(line[0]))
                parts.append((file, 0, line[0].top, self._grid.columns, line[0].height))
        self._write(self.path, self._grid.columns, self._grid.rows, parts, self._place(first))

    @staticmethod
    def _write(path, columns, rows, parts, like):
        temporary = f"{path}.{uuid.uuid4().hex}.vrt"
        try:
            image = _empty_like(temporary, columns, rows, like)
            folder = os.path.dirname(temporary)
            model = gdal.Open(like)
            types = [gdal.GetDataTypeName(model.GetRasterBand(band + 1).DataType) for band in range(model.RasterCount)]
            block = model.GetRasterBand(1).GetBlockSize()
            for number, (file, left, top, width, height) in enumerate(parts):
                name = escape(os.path.relpath(file, folder))
                for band, kind in enumerate(types, start=1):
                    # With its properties a source need not be opened until it is read.
                    image.GetRasterBand(band).SetMetadataItem(f"source_{number}", (
                        f'<SimpleSource><SourceFilename relativeToVRT="1">{name}</SourceFilename><SourceBand>{band}</SourceBand>'
                        f'<SourceProperties RasterXSize="{width}" RasterYSize="{height}" DataType="{kind}"'
                        f' BlockXSize="{min(block[0], width)}" BlockYSize="{min(block[1], height)}"/>'
                        f'<SrcRect xOff="0" yOff="0" xSize="{width}" ySize="{height}"/>'
                        f'<DstRect xOff="{left}" yOff="{top}" xSize="{width}" ySize="{height}"/></SimpleSource>'
                    ), "new_vrt_sources")
            image.FlushCache()
            image = None
            os.replace(temporary, path)
        finally:
            if os.path.exists(temporary):
                os.remove(temporary)

    def write_image(self, path, options, cloud=False, progress=None):
        """One tiled, compressed file with overviews, a BigTIFF or, for `cloud`, a cloud optimised GeoTIFF, in whole or not at all.

        `options` are those of the extended filename of the application's output, of which the compression counts here as well."""
        stage = f"{path}.part"
        shutil.rmtree(stage, ignore_errors=True)
        os.mkdir(stage)
        staged = os.path.join(stage, os.path.basename(path))
        asked = dict(option[len("gdal:co:"):].split("=", 1) for option in options.split("&") if option.startswith("gdal:co:") and "=" in option)
        compression = asked.get("COMPRESS", "DEFLATE")
        common = [f"COMPRESS={compression}", "BIGTIFF=YES", "NUM_THREADS=ALL_CPUS"]
        predicts = compression.upper() in ("DEFLATE", "LZW", "ZSTD")
        try:
            vrt = gdal.Open(self.path)
            if cloud:
                own = [*common, "RESAMPLING=AVERAGE", *(["PREDICTOR=YES"] if predicts else [])]
                gdal.Translate(staged, vrt, format="COG", creationOptions=own, callback=progress)
            else:
                floating = gdal.GetDataTypeName(vrt.GetRasterBand(1).DataType).startswith("Float")
                predictor = [f"PREDICTOR={3 if floating else 2}"] if predicts else []
                image = gdal.Translate(staged, vrt, format="GTiff", creationOptions=[*common, *predictor, "TILED=YES"], callback=progress)
                levels = _levels(self._grid)
                if levels:
                    image.BuildOverviews("AVERAGE", levels)
                image = None
            _check(staged, self._grid)
            for name in sorted(os.listdir(stage), key=lambda name: name == os.path.basename(path)):
                os.replace(os.path.join(stage, name), os.path.join(os.path.dirname(path), name))
        except RuntimeError as error:
            raise NotDone(f"found that {path} cannot be written ({error}), expected room for it; the tiles and {self.path} are there") from error
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def _levels(grid):
    levels, level = [], 2
    while max(grid.columns, grid.rows) / level >= 256:
        levels.append(level)
        level *= 2
    return levels


def _empty_like(path, columns, rows, like):
    """A VRT without sources and of that size, with bands, place and all metadata of an image."""
    model = gdal.Open(like)
    image = gdal.GetDriverByName("VRT").Create(path, columns, rows, 0)
    if model.GetSpatialRef() is not None:
        image.SetSpatialRef(model.GetSpatialRef())
    if model.GetGeoTransform(can_return_null=True) is not None:
        image.SetGeoTransform(model.GetGeoTransform())
    image.SetMetadata(model.GetMetadata())
    for number in range(1, model.RasterCount + 1):
        source = model.GetRasterBand(number)
        image.AddBand(source.DataType)
        band = image.GetRasterBand(number)
        band.SetDescription(source.GetDescription())
        band.SetMetadata({key: value for key, value in source.GetMetadata().items() if not key.startswith("STATISTICS_")})
        band.SetColorInterpretation(source.GetColorInterpretation())
        if source.GetNoDataValue() is not None:
            band.SetNoDataValue(source.GetNoDataValue())
        if source.GetScale() is not None:
            band.SetScale(source.GetScale())
        if source.GetOffset() is not None:
            band.SetOffset(source.GetOffset())
        if source.GetUnitType():
            band.SetUnitType(source.GetUnitType())
    return image


def _check(path, grid):
    """Raises RuntimeError when a file is not whole: on a full disk GDAL may leave one that looks so."""
    image = gdal.Open(path)
    if (image.RasterXSize, image.RasterYSize) != (grid.columns, grid.rows):
        raise RuntimeError("its size is not that of the mosaic")
    for number in (1, image.RasterCount):
        band = image.GetRasterBand(number)
        band.ReadRaster(0, grid.rows - 1, grid.columns, 1)
        for level in range(band.GetOverviewCount()):
            overview = band.GetOverview(level)
            overview.ReadRaster(0, overview.YSize - 1, overview.XSize, 1)


def mosaic_name(value):
    """The VRT and, where the extension asks for it, the image file of an output."""
    path = os.path.abspath(split_name(value)[0])
    stem, extension = os.path.splitext(path)
    if extension.lower() == ".vrt":
        return path, None
    if extension.lower() in (".tif", ".tiff"):
        return f"{stem}.vrt", path
    raise FarmError(f"found the output {path}, expected a name that ends in .vrt, for a mosaic of the tiles, or in .tif, for one image besides")
