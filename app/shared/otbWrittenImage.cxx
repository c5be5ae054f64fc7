// SPDX-License-Identifier: Apache-2.0
#include "otbWrittenImage.h"

#include "gdal_priv.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace otb
{
namespace Wrapper
{
namespace
{
/** TIFF keeps a table of its blocks: each must be there, and end within the file. */
bool HasAllBlocks(GDALRasterBand* band, std::uint64_t fileSize, bool sparse)
{
  int width = 0, height = 0;
  band->GetBlockSize(&width, &height);
  for (int y = 0; y * static_cast<std::int64_t>(height) < band->GetYSize(); ++y)
  {
    for (int x = 0; x * static_cast<std::int64_t>(width) < band->GetXSize(); ++x)
    {
      const auto  place  = std::to_string(x) + "_" + std::to_string(y);
      const char* offset = band->GetMetadataItem(("BLOCK_OFFSET_" + place).c_str(), "TIFF");
      const char* size   = band->GetMetadataItem(("BLOCK_SIZE_" + place).c_str(), "TIFF");
      if (sparse && offset == nullptr)
      {
        continue;
      }
      if (offset == nullptr || size == nullptr || std::strtoull(offset, nullptr, 10) + std::strtoull(size, nullptr, 10) > fileSize)
      {
        return false;
      }
    }
  }
  return true;
}

bool CanReadLastLine(GDALRasterBand* band)
{
  std::vector<double> line(static_cast<std::size_t>(band->GetXSize()));
  return band->RasterIO(GF_Read, 0, band->GetYSize() - 1, band->GetXSize(), 1, line.data(), band->GetXSize(), 1, GDT_Float64, 0, 0, nullptr) == CE_None;
}

/** The handler that was there before, for all that is not about writing. */
CPLErrorHandler PreviousHandler = nullptr;

// GDAL tells a failed write by no number of its own.
bool IsAboutWriting(CPLErr kind, CPLErrorNum number, const std::string& text)
{
  const auto has = [&text](const char* part) { return text.find(part) != std::string::npos; };
  return kind >= CE_Failure && (number == CPLE_FileIO || number == CPLE_NoWriteAccess || has("rite") || has("space") || has("too large"));
}
} // namespace

void CPL_STDCALL ImageWriteErrors::Handle(CPLErr kind, CPLErrorNum number, const char* text)
{
  auto* const errors = static_cast<ImageWriteErrors*>(CPLGetErrorHandlerUserData());
  if (errors == nullptr || !IsAboutWriting(kind, number, text))
  {
    (PreviousHandler ? PreviousHandler : CPLDefaultErrorHandler)(kind, number, text);
    return;
  }
  const std::lock_guard<std::mutex> lock(errors->m_Mutex);
  errors->m_First = errors->m_First.empty() ? text : errors->m_First;
}

ImageWriteErrors::ImageWriteErrors()
{
  // Of the process, not of this thread: GDAL compresses on threads of its own.
  const auto previous = CPLSetErrorHandlerEx(Handle, this);
  PreviousHandler     = previous == Handle ? PreviousHandler : previous;
}

ImageWriteErrors::~ImageWriteErrors()
{
  CPLSetErrorHandler(PreviousHandler);
}

std::string ImageWriteErrors::GetFirst() const
{
  const std::lock_guard<std::mutex> lock(m_Mutex);
  return m_First;
}

bool IsWholeImage(const std::string& path, bool sparse)
{
  GDALAllRegister();
  CPLPushErrorHandler(CPLQuietErrorHandler);
  const GDALDatasetUniquePtr dataset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER));
  bool                       whole = dataset != nullptr && dataset->GetRasterCount() > 0;
  if (whole)
  {
    GDALRasterBand* const last = dataset->GetRasterBand(dataset->GetRasterCount());
    VSIStatBufL           status;
    whole = CanReadLastLine(last);
    if (whole && std::strcmp(dataset->GetDriverName(), "GTiff") == 0 && VSIStatL(path.c_str(), &status) == 0)
    {
      const auto size = static_cast<std::uint64_t>(status.st_size);
      whole           = HasAllBlocks(dataset->GetRasterBand(1), size, sparse) && HasAllBlocks(last, size, sparse);
    }
  }
  CPLPopErrorHandler();
  return whole;
}
} // namespace Wrapper
} // namespace otb
