// SPDX-License-Identifier: Apache-2.0

// The first byte says which reader gets the rest. What a reader takes must be what it promises.

#include "otbResponseCurve.h"
#include "otbSpectralResponseReader.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace
{
void Require(bool condition)
{
  if (!condition)
  {
    std::abort();
  }
}

void RequireRowsOfSumOne(const otb::SpectralResponse& response)
{
  const auto& matrix = response.GetMatrix();
  Require(matrix.rows() > 0 && matrix.allFinite() && (matrix.array() >= 0.f).all());
  Require(((matrix.cast<double>().rowwise().sum().array() - 1.).abs() < 1e-4).all());
  Require(response.GetBandNames().size() == static_cast<std::size_t>(matrix.rows()));
}

void Project(const std::vector<otb::ResponseCurve>& curves)
{
  // Two detectors that overlap, a gap, and a centre that occurs twice.
  static const otb::SpectralAxis axis{{400, 450, 500, 550, 600, 590, 650, 700, 900, 950, 950}, {}};
  RequireRowsOfSumOne(otb::ProjectResponses(curves, axis, "fuzz"));
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  if (size == 0)
  {
    return 0;
  }
  const std::string  text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::istringstream stream(text);
  try
  {
    switch (data[0] % 3)
    {
    case 0:
      RequireRowsOfSumOne(otb::ReadSpectralResponseMatrix(stream, "fuzz"));
      break;
    case 1:
      Project(otb::ReadResponseCurves(stream, "fuzz"));
      break;
    default:
      Project(otb::ParseResponseBands(text, "fuzz"));
    }
  }
  catch (const std::invalid_argument&)
  {
    // Refused, as it should be.
  }
  return 0;
}
