// SPDX-License-Identifier: Apache-2.0
#ifndef otbEndmemberTableParameter_h
#define otbEndmemberTableParameter_h

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** `outcsv`, endmembers as a table, see ToEndmemberTable(). */
void AddEndmemberTableParameter(SpectralApplication& application);
} // namespace Wrapper
} // namespace otb

#endif
