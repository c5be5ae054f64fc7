// SPDX-License-Identifier: Apache-2.0
#ifndef otbMatrixProducts_h
#define otbMatrixProducts_h

#include "SpectraMorphExport.h"
#include "otbKernelOperands.h"

namespace otb
{
namespace kernels
{
/** result (rows x lanes) = activation(addend + left (rows x depth) * right (depth x lanes)).
 * Exactly `lanes` columns of the result are written; `right`, and an addend that varies by lane, are read up to PaddedSize(lanes). */
SpectraMorph_EXPORT void Multiply(ConstMatrix left, ConstMatrix right, std::size_t rows, std::size_t depth, std::size_t lanes, Addend addend,
                                  Activation activation, MutableMatrix result);

/** result (rows x columns) += left (rows x lanes) * right (columns x lanes)^T; both operands are read up to PaddedSize(lanes), where one of them must be zero.
 */
SpectraMorph_EXPORT void MultiplyTransposed(ConstMatrix left, ConstMatrix right, std::size_t rows, std::size_t columns, std::size_t lanes,
                                            MutableMatrix result);

/** result (rows x columns) = left (rows x lanes) * right (columns x lanes)^T, reading no more than `lanes` of a row: for spectra as images store them. */
SpectraMorph_EXPORT void DotProducts(ConstMatrix left, ConstMatrix right, std::size_t rows, std::size_t columns, std::size_t lanes, MutableMatrix result);

/** result[row * stride] += sum over lanes of matrix (rows x lanes, zero up to PaddedSize(lanes)). */
SpectraMorph_EXPORT void AddRowSums(ConstMatrix matrix, std::size_t rows, std::size_t lanes, float* result, std::size_t stride);
} // namespace kernels
} // namespace otb

#endif
