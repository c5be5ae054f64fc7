// SPDX-License-Identifier: Apache-2.0
#ifndef otbExamples_h
#define otbExamples_h

#include "SpectraMorphExport.h"

#include <Eigen/Core>

#include <cstddef>

namespace otb
{
/** \class Examples
 * \brief Few points that stand for many: k-means, begun with points that are as far apart as possible, so that rare ones have an example of their own.
 *
 * The first is the point nearest to the mean, each further one that which is farthest from all before (Gonzalez 1985); then some steps of Lloyd's. Nothing is
 * random. */
struct SpectraMorph_EXPORT Examples
{
  Eigen::MatrixXd centres;    // k x c
  double          reach = 0.; // 99 of 100 points are nearer to a centre

  /** \param points n x c, n >= 1 \param most k is not greater, nor than a quarter of n, but at least 1 */
  static Examples Of(const Eigen::MatrixXd& points, std::size_t most);
};
} // namespace otb

#endif
