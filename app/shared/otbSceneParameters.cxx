// SPDX-License-Identifier: Apache-2.0
#include "otbSceneParameters.h"
#include "otbSpectralApplication.h"

#include "otbWrapperOutputImageParameter.h"

#include <stdexcept>

namespace otb
{
namespace Wrapper
{
SceneParameters::SceneParameters(SpectralApplication& application) : m_Application(application)
{
}

void SceneParameters::Add()
{
  m_Added = true;
  m_Application.AddParameter(ParameterType_InputFilename, "inscene", "Statistics of the scene");
  m_Application.SetParameterDescription(
      "inscene",
      "What another run on the same images and with the same settings has written by outscene (JSON): with it, a run that makes a part of the output "
      "(out.tif?&box=...) reads no more than it needs for that, and gets the same bits. By default whole images are looked at.");
  m_Application.MandatoryOff("inscene");
  m_Application.AddParameter(ParameterType_OutputFilename, "outscene", "Statistics of the scene that were found");
  m_Application.SetParameterDescription("outscene", "What was found by looking at the whole images: fill values, bad bands, the size of the output (JSON).");
  m_Application.MandatoryOff("outscene");
}

void SceneParameters::Begin()
{
  m_Found = {};
  m_Known.reset();
  if (m_Added && m_Application.HasValue("inscene"))
  {
    m_Known = SceneStatistics::Load(m_Application.GetParameterString("inscene"), "inscene");
  }
}

SceneStatistics::Image SceneParameters::Take(const InputImage& image, std::size_t bands, const std::function<SceneStatistics::Image()>& find)
{
  const auto size = image.image->GetLargestPossibleRegion().GetSize();
  if (!m_Known)
  {
    m_Found.images[image.key]         = find();
    m_Found.images[image.key].columns = size[0];
    m_Found.images[image.key].rows    = size[1];
    return m_Found.images[image.key];
  }
  const auto known = m_Known->images.find(image.key);
  if (known == m_Known->images.end())
  {
    throw std::invalid_argument("inscene: found nothing of " + image.key + ", expected a file that was written by a run with " + image.key);
  }
  const auto describe = [](std::uint64_t columns, std::uint64_t rows, std::size_t number)
  { return std::to_string(columns) + " x " + std::to_string(rows) + " pixels and " + std::to_string(number) + " bands"; };
  const std::string said = describe(known->second.columns, known->second.rows, known->second.empty.size()), has = describe(size[0], size[1], bands);
  if (said != has)
  {
    throw std::invalid_argument("inscene: found an image of " + said + ", expected one of " + has + " as " + image.key + " has");
  }
  m_Found.images[image.key] = known->second;
  return known->second;
}

std::vector<bool> SceneParameters::TakeBadBands(const InputImage& image, std::string& reasons, const std::function<std::vector<bool>(std::string&)>& find)
{
  const auto entry = m_Found.images.find(image.key);
  if (entry == m_Found.images.end())
  {
    return find(reasons);
  }
  SceneStatistics::Image& found = entry->second;
  if (!m_Known)
  {
    found.bad        = find(reasons);
    found.badReasons = reasons;
  }
  if (!found.bad || found.bad->size() != image.GetNumberOfBands())
  {
    throw std::invalid_argument("inscene: found no list of the bad bands of " + image.key + ", expected a flag for each of its bands");
  }
  reasons = found.badReasons;
  return *found.bad;
}

std::vector<double> SceneParameters::TakeMeanSquares(std::size_t bands, const std::function<std::vector<double>()>& find)
{
  m_Found.meanSquares = m_Known ? m_Known->meanSquares : find();
  if (m_Found.meanSquares.size() != bands)
  {
    throw std::invalid_argument("inscene: found mean squares of " + std::to_string(m_Found.meanSquares.size()) + " bands, expected " + std::to_string(bands) +
                                " as the output has");
  }
  return m_Found.meanSquares;
}

void SceneParameters::SetBlocks(std::uint64_t columns, std::uint64_t rows)
{
  m_Found.blockColumns = columns;
  m_Found.blockRows    = rows;
}

std::optional<std::string> SceneParameters::GetText() const
{
  if (!m_Added || !m_Application.HasValue("outscene"))
  {
    return std::nullopt;
  }
  auto* const image = dynamic_cast<OutputImageParameter&>(*m_Application.GetParameterByKey("out")).GetValue();
  image->UpdateOutputInformation();
  const auto      size = image->GetLargestPossibleRegion().GetSize();
  SceneStatistics whole(m_Found);
  whole.columns = size[0];
  whole.rows    = size[1];
  return whole.ToText();
}
} // namespace Wrapper
} // namespace otb
