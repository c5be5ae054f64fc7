// SPDX-License-Identifier: Apache-2.0
#include "otbGDALCacheLimit.h"

#include "cpl_conv.h"
#include "gdal.h"

#include <algorithm>

namespace otb
{
namespace Wrapper
{
GDALCacheLimit::GDALCacheLimit(std::int64_t bytes) : m_Before(GDALGetCacheMax64()), m_Limit(m_Before)
{
  if (CPLGetConfigOption("GDAL_CACHEMAX", nullptr) == nullptr)
  {
    m_Limit = std::min(m_Before, bytes);
    GDALSetCacheMax64(m_Limit);
  }
}

GDALCacheLimit::~GDALCacheLimit()
{
  // Somebody else may have set it since.
  if (GDALGetCacheMax64() == m_Limit)
  {
    GDALSetCacheMax64(m_Before);
  }
}
} // namespace Wrapper
} // namespace otb
