// SPDX-License-Identifier: Apache-2.0

// Whether bands come in the order of a response, by wavelengths and by names.

#include "otbBandOrder.h"

#include <gtest/gtest.h>

#include <cmath>

namespace
{
using otb::BandOrder;
using otb::SpectralAxis;
using Places = std::vector<std::size_t>;
using Texts  = std::vector<std::string>;

SpectralAxis Hyperspectral()
{
  SpectralAxis axis;
  for (double wavelength = 400.; wavelength < 2500.; wavelength += 10.)
  {
    axis.wavelengths.push_back(wavelength);
  }
  return axis;
}

/** Gaussian bands of 70 nm. */
otb::SpectralResponse Response(const std::vector<double>& centres, const Texts& names)
{
  const auto         axis = Hyperspectral();
  otb::SpectraMatrix matrix(static_cast<Eigen::Index>(centres.size()), static_cast<Eigen::Index>(axis.size()));
  for (Eigen::Index row = 0; row < matrix.rows(); ++row)
  {
    for (Eigen::Index column = 0; column < matrix.cols(); ++column)
    {
      const double distance = axis.wavelengths[static_cast<std::size_t>(column)] - centres[static_cast<std::size_t>(row)];
      matrix(row, column)   = static_cast<float>(std::exp(-0.5 * distance * distance / 900.));
    }
  }
  return {matrix, names, "test"};
}

const Texts Colours = {"Blue", "Green", "Red", "NIR"};

otb::SpectralResponse FourBands()
{
  return Response({480., 550., 665., 805.}, Colours);
}

BandOrder ByWavelengths(const std::vector<double>& wavelengths)
{
  return BandOrder::Of({wavelengths, {}}, {}, FourBands(), Hyperspectral());
}

BandOrder ByNames(const Texts& names, const otb::SpectralResponse& response = FourBands(), const SpectralAxis& axis = Hyperspectral())
{
  return BandOrder::Of({}, names, response, axis);
}

TEST(BandOrder, ByWavelengths)
{
  EXPECT_EQ(ByWavelengths({490., 560., 665., 842.}).kind, BandOrder::Kind::Agrees);
  EXPECT_TRUE(ByWavelengths({490., 560., 665., 842.}).isNear);
  const auto nrgb = ByWavelengths({842., 665., 560., 490.});
  EXPECT_EQ(nrgb.kind, BandOrder::Kind::Differs);
  EXPECT_EQ(nrgb.places, (Places{3, 2, 1, 0}));
  EXPECT_EQ(nrgb.found, "wavelengths 842, 665, 560, 490 nm");
  // Not its own inverse.
  const auto turned = ByWavelengths({560., 665., 842., 490.});
  EXPECT_EQ(turned.kind, BandOrder::Kind::Differs);
  EXPECT_EQ(turned.places, (Places{3, 0, 1, 2}));
  // Two neighbours alone.
  EXPECT_EQ(ByWavelengths({560., 490., 665., 842.}).places, (Places{1, 0, 2, 3}));
}

TEST(BandOrder, WhereNoOrderFits)
{
  EXPECT_EQ(ByWavelengths({2200., 1600., 842., 490.}).kind, BandOrder::Kind::Contradicts);
  const auto far = ByWavelengths({560., 842., 1600., 2200.});
  EXPECT_EQ(far.kind, BandOrder::Kind::Agrees);
  EXPECT_FALSE(far.isNear);
  // Bands of one wavelength say nothing of their order.
  EXPECT_EQ(ByWavelengths({500., 500., 400., 600.}).kind, BandOrder::Kind::Agrees);
}

TEST(BandOrder, ByNames)
{
  EXPECT_EQ(ByNames(Colours).kind, BandOrder::Kind::Agrees);
  EXPECT_EQ(ByNames({"nir", "RED", "green", "Blue"}).places, (Places{3, 2, 1, 0}));
  EXPECT_EQ(ByNames({"Near infrared", "visible red", "visible green", "visible blue"}).places, (Places{3, 2, 1, 0}));
  EXPECT_EQ(ByNames({"B08", "B04", "B03", "B02"}).places, (Places{3, 2, 1, 0}));
  EXPECT_EQ(ByNames({"B02", "B03", "B04", "B08"}).kind, BandOrder::Kind::Agrees);
  // Numbers, or words of no meaning.
  EXPECT_EQ(ByNames({"4", "3", "2", "1"}).kind, BandOrder::Kind::Agrees);
  EXPECT_EQ(ByNames({"Band 4", "Band 3", "Band 2", "Band 1"}).kind, BandOrder::Kind::Agrees);
  EXPECT_EQ(ByNames({"Red", "", "Blue", "NIR"}).kind, BandOrder::Kind::Agrees);
}

TEST(BandOrder, NamesOfTheResponseNeedNoWavelengths)
{
  const Texts sentinel = {"B02", "B03", "B04", "B8A"};
  EXPECT_EQ(ByNames({"B8A", "B4", "B3", "B2"}, Response({480., 550., 665., 865.}, sentinel), {}).places, (Places{3, 2, 1, 0}));
  EXPECT_EQ(ByNames({"NIR", "Red", "Green", "Blue"}, Response({480., 550., 665., 865.}, sentinel), {}).kind, BandOrder::Kind::Agrees);
  // A matrix's rows are numbered.
  const Texts numbered = {"band 1", "band 2", "band 3", "band 4"};
  EXPECT_EQ(ByNames({"Band 4", "Band 3", "Band 2", "Band 1"}, Response({480., 550., 665., 805.}, numbered)).kind, BandOrder::Kind::Agrees);
}
} // namespace
