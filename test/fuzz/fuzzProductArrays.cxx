// SPDX-License-Identifier: Apache-2.0

// A product of arrays, in memory, by a description of it: netCDF's and HDF5's own libraries are not what is tested here. Its lines:
//   dimension <name> <size>              of the group
//   group <name>, end                    what stands between lies in it
//   array <name> <dimension> ...         of numbers; with one dimension the line after it is its values
//   attribute <name> <number> ...        of the group

#include "otbProductArrays.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace
{
constexpr std::size_t MaximumSize   = 512;
constexpr std::size_t MaximumValues = 20000;

void Require(bool condition)
{
  if (!condition)
  {
    std::abort();
  }
}

std::vector<double> ReadNumbers(std::istream& text)
{
  std::vector<double> values;
  for (double value; values.size() < MaximumSize && text >> value;)
  {
    values.push_back(value);
  }
  return values;
}

/** Makes a group of the description's lines up to its end. */
class Maker
{
public:
  explicit Maker(std::istream& text) : m_Text(text)
  {
  }

  void Fill(const std::shared_ptr<GDALGroup>& group, int depth = 0)
  {
    for (std::string line; std::getline(m_Text, line);)
    {
      std::istringstream words(line);
      std::string        kind, name;
      words >> kind >> name;
      if (kind == "end")
      {
        return;
      }
      if (kind == "dimension")
      {
        std::size_t size = 0;
        words >> size;
        if (const auto dimension = group->CreateDimension(name, "", "", std::min(size, MaximumSize)))
        {
          m_Dimensions[name] = dimension;
        }
      }
      else if (kind == "group" && depth < 12)
      {
        if (const auto inner = group->CreateGroup(name))
        {
          Fill(inner, depth + 1);
        }
      }
      else if (kind == "array")
      {
        AddArray(*group, name, words);
      }
      else if (kind == "attribute")
      {
        const auto values    = ReadNumbers(words);
        const auto attribute = values.empty() ? nullptr : group->CreateAttribute(name, {values.size()}, GDALExtendedDataType::Create(GDT_Float64));
        if (attribute)
        {
          attribute->Write(values.data(), values.size());
        }
      }
    }
  }

private:
  void AddArray(GDALGroup& group, const std::string& name, std::istream& words)
  {
    std::vector<std::shared_ptr<GDALDimension>> dimensions;
    std::size_t                                 size = 1;
    for (std::string dimension; dimensions.size() < 4 && words >> dimension;)
    {
      const auto found = m_Dimensions.find(dimension);
      if (found == m_Dimensions.end() || (size *= found->second->GetSize()) > MaximumValues)
      {
        return;
      }
      dimensions.push_back(found->second);
    }
    const auto array = group.CreateMDArray(name, dimensions, GDALExtendedDataType::Create(GDT_Float32));
    if (array && dimensions.size() == 1)
    {
      std::string line;
      std::getline(m_Text, line);
      std::istringstream  text(line);
      std::vector<double> values = ReadNumbers(text);
      values.resize(size);
      const GUInt64     start = 0;
      const std::size_t count = size;
      if (size > 0)
      {
        array->Write(&start, &count, nullptr, nullptr, GDALExtendedDataType::Create(GDT_Float64), values.data());
      }
    }
  }

  std::istream&                                         m_Text;
  std::map<std::string, std::shared_ptr<GDALDimension>> m_Dimensions;
};
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  GDALAllRegister();
  CPLPushErrorHandler(CPLQuietErrorHandler);
  {
    const std::unique_ptr<GDALDataset> dataset(GetGDALDriverManager()->GetDriverByName("MEM")->CreateMultiDimensional("", nullptr, nullptr));
    std::istringstream                 text(std::string(reinterpret_cast<const char*>(data), size));
    const auto                         root = dataset->GetRootGroup();
    Maker(text).Fill(root);
    const auto arrays = otb::ReadProductArrays(*root);
    for (const auto& axis : arrays.axes)
    {
      const auto made = otb::MakeAxis(axis.texts);
      Require(!made || made->size() == axis.texts.wavelengths.size());
      for (std::size_t band = 0; made && band < made->size(); ++band)
      {
        Require(std::isfinite(made->wavelengths[band]) && made->wavelengths[band] >= 0);
      }
    }
    for (const auto& cube : arrays.cubes)
    {
      std::size_t       dimension = 4;
      const auto* const axis      = otb::FindAxisOfCube(arrays, cube, dimension);
      Require(dimension <= 3 && cube.sizes.size() == 3);
      // An axis is never given to a side that has another length.
      Require(!axis || (dimension < 3 && (axis->texts.wavelengths.size() == cube.sizes[dimension])));
    }
  }
  CPLPopErrorHandler();
  return 0;
}
