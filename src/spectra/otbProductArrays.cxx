// SPDX-License-Identifier: Apache-2.0
#include "otbProductArrays.h"

#include <algorithm>
#include <cstdio>

namespace otb
{
namespace
{
/** Products have a few groups, one in another; what has more is none. */
constexpr int         MaximumDepth  = 8;
constexpr std::size_t MaximumArrays = 1000;

std::string ToText(double value)
{
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  std::replace(text, text + sizeof text, ',', '.');
  return text;
}

/** An array of one dimension as texts; empty when it cannot be read. */
std::vector<std::string> ReadList(const GDALMDArray& array)
{
  const auto dimensions = array.GetDimensions();
  const auto size       = dimensions.size() == 1 ? dimensions.front()->GetSize() : 0;
  if (size == 0 || size > SpectralAxis::MaximumBands || array.GetDataType().GetClass() != GEDTC_NUMERIC)
  {
    return {};
  }
  std::vector<double>      values(size);
  const GUInt64            start = 0;
  const std::size_t        count = size;
  std::vector<std::string> texts;
  if (array.Read(&start, &count, nullptr, nullptr, GDALExtendedDataType::Create(GDT_Float64), values.data()))
  {
    std::transform(values.begin(), values.end(), std::back_inserter(texts), ToText);
  }
  return texts;
}

/** Collects what a group holds, and the groups in it. */
class Visitor
{
public:
  explicit Visitor(ProductArrays& arrays) : m_Arrays(arrays)
  {
  }

  void Visit(const GDALGroup& group, int depth)
  {
    VisitArrays(group);
    VisitAttributes(group);
    if (depth == MaximumDepth)
    {
      return;
    }
    for (const auto& name : group.GetGroupNames())
    {
      const auto inner = m_Count < MaximumArrays ? group.OpenGroup(name) : nullptr;
      if (inner)
      {
        Visit(*inner, depth + 1);
      }
    }
  }

private:
  void VisitArrays(const GDALGroup& group)
  {
    ProductAxis axis;
    for (const auto& name : group.GetMDArrayNames())
    {
      const auto array = ++m_Count < MaximumArrays ? group.OpenMDArray(name) : nullptr;
      if (!array)
      {
        continue;
      }
      const auto        dimensions = array->GetDimensions();
      const std::string lower      = ToLower(name);
      if (dimensions.size() == 3)
      {
        ProductCube cube{array->GetFullName(), {}, {}};
        for (const auto& dimension : dimensions)
        {
          cube.dimensions.push_back(dimension->GetFullName());
          cube.sizes.push_back(static_cast<std::size_t>(dimension->GetSize()));
        }
        m_Arrays.cubes.push_back(cube);
      }
      else if (dimensions.size() == 1 && (lower == "wavelength" || lower == "wavelengths"))
      {
        axis.place             = array->GetFullName();
        axis.dimension         = dimensions.front()->GetFullName();
        axis.texts.wavelengths = ReadList(*array);
        axis.texts.unit        = array->GetUnit();
      }
      else if (dimensions.size() == 1 && lower == "fwhm")
      {
        axis.texts.widths = ReadList(*array);
      }
      else if (dimensions.size() == 1 && lower == "good_wavelengths")
      {
        for (const double good : ToNumbers(ReadList(*array)))
        {
          axis.bad.push_back(good == 0);
        }
      }
    }
    if (!axis.texts.wavelengths.empty())
    {
      m_Arrays.axes.push_back(axis);
    }
  }

  /** PRISMA's: List_Cw_Vnir and List_Fwhm_Vnir, and those of SWIR, in nm. */
  void VisitAttributes(const GDALGroup& group)
  {
    for (const char* detector : {"Vnir", "Swir"})
    {
      const auto centers = group.GetAttribute(std::string("List_Cw_") + detector);
      const auto widths  = group.GetAttribute(std::string("List_Fwhm_") + detector);
      if (!centers)
      {
        continue;
      }
      ProductAxis axis;
      axis.place      = centers->GetName();
      axis.cube       = ToLower(detector);
      axis.texts.unit = "nm";
      const auto fill = [](const GDALAttribute& attribute, std::vector<std::string>& texts)
      {
        const auto values = attribute.ReadAsDoubleArray();
        std::transform(values.begin(), values.end(), std::back_inserter(texts), ToText);
      };
      fill(*centers, axis.texts.wavelengths);
      if (widths)
      {
        fill(*widths, axis.texts.widths);
      }
      m_Arrays.axes.push_back(axis);
    }
  }

  ProductArrays& m_Arrays;
  std::size_t    m_Count = 0;
};

/** The classic name of an HDF5 array has no blanks. */
std::string WithoutBlanks(std::string name)
{
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

std::string GetFileName(const std::string& path)
{
  return path.substr(path.find_last_of('/') + 1);
}
} // namespace

ProductArrays ReadProductArrays(const GDALGroup& root)
{
  ProductArrays arrays;
  Visitor(arrays).Visit(root, 0);
  return arrays;
}

ProductArrays ReadProductArrays(const std::string& path)
{
  GDALAllRegister();
  ProductArrays arrays;
  CPLPushErrorHandler(CPLQuietErrorHandler);
  {
    const char* const                  drivers[] = {"netCDF", "HDF5", nullptr};
    const std::unique_ptr<GDALDataset> dataset(GDALDataset::Open(path.c_str(), GDAL_OF_MULTIDIM_RASTER | GDAL_OF_READONLY, drivers));
    const auto                         root = dataset ? dataset->GetRootGroup() : nullptr;
    if (root)
    {
      arrays = ReadProductArrays(*root);
    }
  }
  CPLPopErrorHandler();
  return arrays;
}

bool IsProductOfArrays(const ImageFile& file)
{
  return file.IsOfDriver("netCDF") || file.IsOfDriver("HDF5Image") || file.IsOfDriver("HDF5");
}

std::string GetArrayPath(const ImageFile& file)
{
  const CPLStringList files(file.dataset->GetFileList());
  return files.size() > 0 ? files[0] : "";
}

const ProductAxis* FindAxisOfCube(const ProductArrays& arrays, const ProductCube& cube, std::size_t& dimension)
{
  const std::string name = ToLower(cube.name);
  dimension              = 3;
  // The axis' own dimension decides, then the name and length, then the length alone, if only one dimension has it.
  for (const auto& axis : arrays.axes)
  {
    const auto place = std::find(cube.dimensions.begin(), cube.dimensions.end(), axis.dimension) - cube.dimensions.begin();
    if (place < 3 && !axis.dimension.empty())
    {
      dimension = static_cast<std::size_t>(place);
      return &axis;
    }
  }
  for (const auto& axis : arrays.axes)
  {
    const auto length = axis.texts.wavelengths.size();
    const auto count  = std::count(cube.sizes.begin(), cube.sizes.end(), length);
    const bool named  = !axis.cube.empty() && name.find(axis.cube) != std::string::npos;
    const auto place  = static_cast<std::size_t>(std::find(cube.sizes.begin(), cube.sizes.end(), length) - cube.sizes.begin());
    if (count >= 1 && (named || (axis.cube.empty() && count == 1)))
    {
      // PRISMA's cubes have the bands between lines and columns, even if a side is as long.
      dimension = named && cube.sizes[1] == length ? 1 : place;
      return &axis;
    }
  }
  // Without an axis, the names of the dimensions say it, or that it is one of PRISMA's cubes.
  for (std::size_t place = 0; place < cube.dimensions.size(); ++place)
  {
    const std::string last = ToLower(GetFileName(cube.dimensions[place]));
    for (const char* known : {"band", "bands", "wavelength", "wavelengths", "wl", "lambda", "channel", "channels"})
    {
      dimension = last == known ? place : dimension;
    }
  }
  if (dimension == 3 && name.find("/prs_l") != std::string::npos && (GetFileName(name) == "vnir_cube" || GetFileName(name) == "swir_cube"))
  {
    dimension = 1;
  }
  return nullptr;
}

const ProductCube* FindCubeOfImage(const ProductArrays& arrays, const ImageFile& file, bool bandsLast)
{
  const std::size_t  bands   = file.GetNumberOfBands();
  const auto         lines   = static_cast<std::size_t>(file.dataset->GetRasterYSize());
  const auto         columns = static_cast<std::size_t>(file.dataset->GetRasterXSize());
  const std::string  name    = bands > 0 ? ImageFile::GetItem(*file.dataset->GetRasterBand(1), "NETCDF_VARNAME") : std::string();
  const std::string  shown   = file.dataset->GetDescription();
  const ProductCube* only    = nullptr;
  std::size_t        fitting = 0;
  for (const auto& cube : arrays.cubes)
  {
    if (cube.sizes != (bandsLast ? std::vector<std::size_t>{lines, columns, bands} : std::vector<std::size_t>{bands, lines, columns}))
    {
      continue;
    }
    const std::string full  = WithoutBlanks(cube.name);
    const bool        ends  = shown.size() > full.size() && shown.compare(shown.size() - full.size(), full.size(), full) == 0;
    const bool        named = name.empty() ? ends : GetFileName(cube.name) == name;
    if (named)
    {
      return &cube;
    }
    only = &cube;
    ++fitting;
  }
  // GDAL opens a file of a single array by the name of the file.
  return fitting == 1 ? only : nullptr;
}

std::string FindWrongLayout(const ImageFile& file)
{
  if (!file.dataset || !IsProductOfArrays(file))
  {
    return {};
  }
  const std::string path   = GetArrayPath(file);
  const auto        arrays = ReadProductArrays(path);
  const auto* const shown  = file.isFirstOfSeveral ? nullptr : FindCubeOfImage(arrays, file);
  // Newer GDAL makes bands of a last dimension that is called so, and turns lines without coordinates upside down.
  const auto* const turned = file.isFirstOfSeveral || shown ? nullptr : FindCubeOfImage(arrays, file, true);
  const auto        advice = [&path](const ProductCube& cube, std::size_t dimension, bool axis)
  {
    const std::string order = dimension == 1 ? "1,0,2" : "2,0,1";
    return "gdalmdimtranslate -of GTiff " + path + " cube.tif -array \"name=" + cube.name + (dimension == 0 ? "" : ",transpose=[" + order + "]") +
           "\" makes one" + (axis ? ", whose wavelengths are then given by -wl " + path : "");
  };
  if (shown || turned)
  {
    const ProductCube& cube      = shown ? *shown : *turned;
    std::size_t        dimension = 3;
    const bool         axis      = FindAxisOfCube(arrays, cube, dimension) != nullptr;
    dimension                    = turned ? 2 : dimension;
    if (dimension == 1 || dimension == 2)
    {
      return "found the bands along the " + std::string(dimension == 1 ? "lines" : "columns") + " of " + file.path +
             ", expected an image whose bands they are: " + advice(cube, dimension, axis);
    }
    return {};
  }
  if (file.GetNumberOfBands() > 0 && !file.isFirstOfSeveral)
  {
    return {};
  }
  // A file of several arrays: the cubes that have an axis.
  std::string commands;
  for (const auto& cube : arrays.cubes)
  {
    std::size_t dimension = 3;
    if (FindAxisOfCube(arrays, cube, dimension) && dimension < 3)
    {
      commands += (commands.empty() ? "" : ", or ") + advice(cube, dimension, true);
    }
  }
  return commands.empty() ? "" : "found a file of several arrays, " + path + ", expected the image of one: " + commands;
}
} // namespace otb
