// SPDX-License-Identifier: Apache-2.0
#ifndef otbSpatialDegradationImageFilter_hxx
#define otbSpatialDegradationImageFilter_hxx

#include "otbSpatialDegradationImageFilter.h"
#include "otbImageSpectralAxis.h"
#include "otbNoDataHelper.h"
#include "otbRequestRegion.h"
#include "otbValidSpectrum.h"
#include "itkProgressReporter.h"

#include <algorithm>

namespace otb
{
template <class TImage>
void SpatialDegradationImageFilter<TImage>::SetPointSpreadFunction(const PointSpreadFunction& psf)
{
  m_PointSpreadFunction = psf;
  this->Modified();
}

template <class TImage>
void SpatialDegradationImageFilter<TImage>::SetBorder(BorderType border)
{
  if (m_Border != border)
  {
    m_Border = border;
    this->Modified();
  }
}

template <class TImage>
void SpatialDegradationImageFilter<TImage>::SetSpectralAxis(const std::optional<SpectralAxis>& axis)
{
  m_SpectralAxis = axis;
  this->Modified();
}

template <class TImage>
void SpatialDegradationImageFilter<TImage>::GenerateOutputInformation()
{
  Superclass::GenerateOutputInformation();
  const auto* input  = this->GetInput();
  auto*       output = this->GetOutput();
  const auto  fine   = input->GetLargestPossibleRegion();
  if (m_Ratio < 1)
  {
    itkExceptionMacro("The ratio is " << m_Ratio << ", expected a whole number of at least 1");
  }
  if (fine.GetSize(0) < m_Ratio || fine.GetSize(1) < m_Ratio)
  {
    itkExceptionMacro("The image has " << fine.GetSize(0) << " x " << fine.GetSize(1) << " pixels, expected at least the ratio, " << m_Ratio
                                       << ", in each direction");
  }
  typename TImage::SizeType    size;
  typename TImage::SpacingType spacing = input->GetSignedSpacing();
  typename TImage::PointType   origin  = input->GetOrigin();
  for (unsigned int axis = 0; axis < 2; ++axis)
  {
    size[axis] = fine.GetSize(axis) / m_Ratio;
    // From the centre of the first fine pixel to the centre of the first block of them; the output's indices start at 0.
    origin[axis] += (fine.GetIndex(axis) + 0.5 * (m_Ratio - 1.)) * spacing[axis];
    spacing[axis] *= m_Ratio;
  }
  output->SetLargestPossibleRegion(RegionType(size));
  output->SetOrigin(origin);
  output->SetSignedSpacing(spacing);

  const unsigned int bands    = output->GetNumberOfComponentsPerPixel();
  ImageMetadata      metadata = output->GetImageMetadata();
  metadata.Bands.resize(bands);
  WriteNoDataFlags(std::vector<bool>(bands, true), std::vector<double>(bands, m_OutputNoData), metadata);
  if (m_SpectralAxis)
  {
    otb::SetSpectralAxis(metadata, *m_SpectralAxis);
  }
  output->SetImageMetadata(metadata);
}

template <class TImage>
typename SpatialDegradationImageFilter<TImage>::RegionType SpatialDegradationImageFilter<TImage>::GetSupport(const RegionType& outputRegion) const
{
  const auto                    fine      = this->GetInput()->GetLargestPossibleRegion();
  const unsigned int            radius[2] = {m_PointSpreadFunction.GetHorizontalRadius(), m_PointSpreadFunction.GetVerticalRadius()};
  typename TImage::IndexType    index;
  typename RegionType::SizeType size;
  for (unsigned int axis = 0; axis < 2; ++axis)
  {
    const long first = static_cast<long>(outputRegion.GetIndex(axis)) * m_Ratio - radius[axis];
    const long last  = static_cast<long>(outputRegion.GetIndex(axis) + outputRegion.GetSize(axis)) * m_Ratio + radius[axis];
    const long begin = std::max(0L, first);
    index[axis]      = fine.GetIndex(axis) + begin;
    size[axis]       = std::min(static_cast<long>(fine.GetSize(axis)), last) - begin;
  }
  return RegionType(index, size);
}

template <class TImage>
void SpatialDegradationImageFilter<TImage>::GenerateInputRequestedRegion()
{
  RequestRegion(this->GetInput(), this->GetSupport(this->GetOutput()->GetRequestedRegion()));
}

template <class TImage>
void SpatialDegradationImageFilter<TImage>::BeforeThreadedGenerateData()
{
  m_DecimationKernel = m_PointSpreadFunction.GetDecimationKernel(m_Ratio);
}

template <class TImage>
std::vector<std::uint8_t> SpatialDegradationImageFilter<TImage>::FindInvalidPixels(const RegionType& region) const
{
  const auto*               input = this->GetInput();
  const std::size_t         bands = input->GetNumberOfComponentsPerPixel();
  std::vector<std::uint8_t> invalid(region.GetNumberOfPixels());
  auto                      flag  = invalid.begin();
  auto                      index = region.GetIndex();
  for (itk::SizeValueType line = 0; line < region.GetSize(1); ++line, ++index[1])
  {
    const float* in = input->GetBufferPointer() + input->ComputeOffset(index) * static_cast<itk::OffsetValueType>(bands);
    for (itk::SizeValueType column = 0; column < region.GetSize(0); ++column, in += bands)
    {
      *flag++ = !IsValidSpectrum(in, bands, m_InputNoData);
    }
  }
  return invalid;
}

template <class TImage>
void SpatialDegradationImageFilter<TImage>::ThreadedGenerateData(const RegionType& region, itk::ThreadIdType threadId)
{
  using WeightsType        = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using PixelsMap          = Eigen::Map<const Eigen::MatrixXf>; // bands x pixels of a piece of scanline
  const auto*      input   = this->GetInput();
  auto*            output  = this->GetOutput();
  const auto       fine    = input->GetLargestPossibleRegion();
  const long       height  = static_cast<long>(fine.GetSize(1));
  const long       width   = static_cast<long>(fine.GetSize(0));
  const long       bands   = static_cast<long>(input->GetNumberOfComponentsPerPixel());
  const long       rows    = static_cast<long>(m_DecimationKernel.rows());
  const long       cols    = static_cast<long>(m_DecimationKernel.cols());
  const RegionType support = this->GetSupport(region);

  const std::vector<std::uint8_t> invalid         = this->FindInvalidPixels(support);
  const bool                      anyInvalid      = std::find(invalid.begin(), invalid.end(), 1) != invalid.end();
  const WeightsType               interiorWeights = m_DecimationKernel.cast<float>();
  WeightsType                     borderWeights;
  Eigen::VectorXf                 lineSum(bands);
  Eigen::VectorXd                 sum(bands);

  itk::ProgressReporter progress(this, threadId, region.GetNumberOfPixels());
  auto                  index = region.GetIndex();
  for (itk::SizeValueType line = 0; line < region.GetSize(1); ++line, ++index[1])
  {
    index[0]   = region.GetIndex(0);
    float* out = output->GetBufferPointer() + output->ComputeOffset(index) * bands;
    for (itk::SizeValueType column = 0; column < region.GetSize(0); ++column, ++index[0], out += bands)
    {
      // The window's upper-left pixel, counted from the image's first.
      const long top    = static_cast<long>(index[1]) * m_Ratio - m_PointSpreadFunction.GetVerticalRadius();
      const long left   = static_cast<long>(index[0]) * m_Ratio - m_PointSpreadFunction.GetHorizontalRadius();
      const bool inside = top >= 0 && left >= 0 && top + rows <= height && left + cols <= width;
      if (!inside)
      {
        borderWeights = FoldKernel(m_DecimationKernel, top, left, height, width, m_Border).template cast<float>();
      }
      const WeightsType& weights = inside ? interiorWeights : borderWeights;

      typename TImage::IndexType first = {{fine.GetIndex(0) + std::max(0L, left), fine.GetIndex(1) + std::max(0L, top)}};
      bool                       valid = true;
      sum.setZero();
      for (long row = 0; row < weights.rows(); ++row, ++first[1])
      {
        if (anyInvalid)
        {
          const auto flags = invalid.begin() + (first[1] - support.GetIndex(1)) * static_cast<long>(support.GetSize(0)) + (first[0] - support.GetIndex(0));
          valid            = valid && std::find(flags, flags + weights.cols(), 1) == flags + weights.cols();
        }
        // A row of products in single precision, the rows' sum in double: the error stays under the output's own rounding.
        const PixelsMap pixels(input->GetBufferPointer() + input->ComputeOffset(first) * bands, bands, weights.cols());
        lineSum.noalias() = pixels * weights.row(row).transpose();
        sum += lineSum.cast<double>();
      }
      if (valid)
      {
        Eigen::Map<Eigen::VectorXf>(out, bands) = sum.cast<float>();
      }
      else
      {
        std::fill_n(out, bands, m_OutputNoData);
      }
      progress.CompletedPixel();
    }
  }
}
} // namespace otb

#endif
