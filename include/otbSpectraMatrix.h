// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpectraMatrix_h
#define otbSpectraMatrix_h

#include <Eigen/Core>

namespace otb
{
/** Spectra as rows (pixels x bands), contiguous per pixel: the layout of an otb::VectorImage's buffer. */
using SpectraMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
} // namespace otb

#endif
