// SPDX-License-Identifier: Apache-2.0

// A model file: refused with the reason, or whole, so that it can be saved and read again.

#include "fuzzFile.h"

#include "otbSpectralInversionModel.h"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  static const File given("given"), saved("saved");
  std::ofstream(given.path, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  otb::SpectralInversionModel model;
  try
  {
    model = otb::SpectralInversionModel::Load(given.path.string(), "fuzz");
  }
  catch (const std::runtime_error&)
  {
    return 0;
  }
  // Outside the try: what was loaded must not be refused.
  model.Save(saved.path.string(), "fuzz");
  const auto again = otb::SpectralInversionModel::Load(saved.path.string(), "fuzz");
  if (again.GetHyperspectralBands() != model.GetHyperspectralBands() || again.ToText() != model.ToText())
  {
    std::abort();
  }
  return 0;
}
