// SPDX-License-Identifier: Apache-2.0
#ifndef otbGDALCacheLimit_h
#define otbGDALCacheLimit_h

#include <cstdint>

namespace otb
{
namespace Wrapper
{
/** \class GDALCacheLimit
 * \brief Keeps GDAL's cache of image blocks small while an application runs.
 *
 * GDAL takes up to 5 % of the machine's memory by default, which `ram` knows nothing of. The cache is one for the whole process, others' applications and QGIS
 * included: so it is lowered only, never raised, not at all where the user has chosen its size (GDAL_CACHEMAX), and given back in the end. */
class GDALCacheLimit
{
public:
  explicit GDALCacheLimit(std::int64_t bytes);
  ~GDALCacheLimit();

  GDALCacheLimit(const GDALCacheLimit&) = delete;
  void operator=(const GDALCacheLimit&) = delete;

private:
  std::int64_t m_Before;
  std::int64_t m_Limit;
};
} // namespace Wrapper
} // namespace otb

#endif
