// SPDX-License-Identifier: Apache-2.0
#include "otbPointSpreadFunction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace
{
using otb::PointSpreadFunction;
using KernelType = PointSpreadFunction::KernelType;

/** A file that is gone when the test is over. */
class TextFile
{
public:
  TextFile(const std::string& name, const std::string& text) : m_Name(testing::TempDir() + name)
  {
    std::ofstream(m_Name) << text;
  }
  ~TextFile()
  {
    std::remove(m_Name.c_str());
  }
  const std::string& GetName() const
  {
    return m_Name;
  }

private:
  std::string m_Name;
};

std::string MessageOf(const std::function<void()>& action)
{
  try
  {
    action();
  }
  catch (const std::invalid_argument& error)
  {
    return error.what();
  }
  return "no error";
}

#define EXPECT_CONTAINS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)
} // namespace

TEST(PointSpreadFunction, ShapesAgreeWithNumPyAndSciPy)
{
  // Weights at (y, x) = (0, 0), (0, 1), (-2, 1), (1, -2) of sigma 3.4, radius 7, from scipy.special.kv, numpy.sinc and hermval.
  struct Oracle
  {
    const char* shape;
    double      center, right, above, below;
  };
  const Oracle oracles[] = {{"gaussian", 0.0145375779505846, 0.0139221943798097, 0.0117103598125769, 0.0117103598125769},
                            {"kolmogorov", 0.0254906763045272, 0.0223815142840025, 0.015501641651679, 0.015501641651679},
                            {"airy", 0.0203339162218129, 0.19964423296056, 0.0023760186079346, 0.0023760186079346},
                            {"moffat", 0.0693961026768416, 0.0519067410065209, 0.0197231526788034, 0.0197231526788034},
                            {"sinc", 0.154336923134931, 0.133294168265146, 0.0657210861914261, 0.0657210861914261},
                            {"lorentzian2", 0.0195964813256422, 0.019450927159924, 0.0165081568272947, 0.0165081568272947},
                            {"hermite", 0., 0.00350220982543928, 0.00658703105048171, 0.00658703105048171},
                            {"parabolic", 0.0546004156433025, 0.049877196296996, 0.0309843189117703, 0.0309843189117703},
                            {"gabor", 0.00968497858224305, 0.00927500817843315, 0.0088823920444931, 0.00805870244034839}};
  for (const Oracle& oracle : oracles)
  {
    const KernelType kernel = PointSpreadFunction::FromShape(oracle.shape, 3.4, 7).GetKernel();
    ASSERT_EQ(kernel.rows(), 15) << oracle.shape;
    ASSERT_EQ(kernel.cols(), 15) << oracle.shape;
    EXPECT_NEAR(kernel.sum(), 1., 1e-13) << oracle.shape;
    EXPECT_NEAR(kernel(7, 7), oracle.center, 1e-13) << oracle.shape;
    EXPECT_NEAR(kernel(7, 8), oracle.right, 1e-13) << oracle.shape;
    EXPECT_NEAR(kernel(5, 8), oracle.above, 1e-13) << oracle.shape;
    EXPECT_NEAR(kernel(8, 5), oracle.below, 1e-13) << oracle.shape;
  }
  EXPECT_EQ(PointSpreadFunction::FromShape("delta", 3.4, 7).GetKernel(), KernelType::Ones(1, 1));
  EXPECT_EQ(PointSpreadFunction::GetShapeNames().size(), std::size(oracles) + 1);
}

TEST(PointSpreadFunction, DecimationKernelIsBlurThenAverage)
{
  KernelType kernel(3, 5);
  kernel << 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15;
  const PointSpreadFunction psf(kernel, "kernel");
  const unsigned int        ratio      = 3;
  const KernelType          decimation = psf.GetDecimationKernel(ratio);
  ASSERT_EQ(decimation.rows(), 5);
  ASSERT_EQ(decimation.cols(), 7);
  // The definition, by a unit impulse at each fine pixel of the window.
  for (int y = 0; y < 5; ++y)
  {
    for (int x = 0; x < 7; ++x)
    {
      double average = 0.;
      for (int i = 0; i < 3; ++i)
      {
        for (int j = 0; j < 3; ++j)
        {
          const int u = i + 1 - y + 1; // the kernel's row at i - (y - 1) from its centre
          const int v = j + 2 - x + 2;
          average += (u >= 0 && u < 3 && v >= 0 && v < 5) ? psf.GetKernel()(u, v) / 9 : 0.;
        }
      }
      EXPECT_NEAR(decimation(y, x), average, 1e-15) << y << ' ' << x;
    }
  }
}

TEST(PointSpreadFunction, BorderDropsOrMirrors)
{
  const KernelType kernel = (KernelType(1, 5) << 1, 2, 4, 8, 16).finished();
  const auto       fold   = [&](long column, long width, PointSpreadFunction::Border border) { return otb::FoldKernel(kernel, 0, column, 1, width, border); };
  EXPECT_EQ(fold(-2, 4, PointSpreadFunction::Border::Zero), (KernelType(1, 3) << 4, 8, 16).finished());
  // Positions -2 -1 0 1 2 are pixels 1 0 0 1 2.
  EXPECT_EQ(fold(-2, 4, PointSpreadFunction::Border::Reflect), (KernelType(1, 3) << 2 + 4, 1 + 8, 16).finished());
  // Positions 2 3 4 5 6 of four pixels are pixels 2 3 3 2 1: the last is outside the window's part in the image when the kernel does not reach it.
  EXPECT_EQ(fold(1, 4, PointSpreadFunction::Border::Reflect), (KernelType(1, 3) << 1, 2 + 16, 4 + 8).finished());
  // An image smaller than the kernel: positions -2 .. 2 of one pixel.
  EXPECT_EQ(fold(-2, 1, PointSpreadFunction::Border::Reflect), (KernelType(1, 1) << 31).finished());
  // Two pixels: -2 -1 0 1 2 are 1 0 0 1 1.
  EXPECT_EQ(fold(-2, 2, PointSpreadFunction::Border::Reflect), (KernelType(1, 2) << 2 + 4, 1 + 8 + 16).finished());
}

TEST(PointSpreadFunction, ReadsATable)
{
  const TextFile   file("psf.csv", "# a kernel\n0, 1, 0\n2; 4; 2\n\n0 1 0\n");
  const KernelType expected = (KernelType(3, 3) << 0, .1, 0, .2, .4, .2, 0, .1, 0).finished();
  EXPECT_TRUE(PointSpreadFunction::FromFile(file.GetName()).GetKernel().isApprox(expected, 1e-15));
}

TEST(PointSpreadFunction, ReadsAnImage)
{
  const TextFile   file("psf.asc", "ncols 3\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2 5\n");
  const KernelType expected = (KernelType(1, 3) << .125, .25, .625).finished();
  EXPECT_TRUE(PointSpreadFunction::FromFile(file.GetName()).GetKernel().isApprox(expected, 1e-7));
}

TEST(PointSpreadFunction, RefusesWithTheReason)
{
  const auto shape = [](const char* name, double sigma, unsigned int radius)
  { return MessageOf([=] { PointSpreadFunction::FromShape(name, sigma, radius); }); };
  EXPECT_CONTAINS(shape("box", 1, 1), "expected one of gaussian, kolmogorov");
  EXPECT_CONTAINS(shape("gaussian", 0, 1), "sigma: found 0");
  EXPECT_CONTAINS(shape("gaussian", std::nan(""), 1), "sigma: found nan");
  EXPECT_CONTAINS(shape("gaussian", 1, 0), "radius: found 0");

  const auto table = [](const char* text)
  {
    const TextFile file("bad.csv", text);
    return MessageOf([&] { PointSpreadFunction::FromFile(file.GetName()); });
  };
  EXPECT_CONTAINS(table("1,2,1\n1,x,1\n1,2,1\n"), "bad.csv, line 2: found \"x\"");
  EXPECT_CONTAINS(table("1,2,1\n1,2\n"), "line 2: found 2 numbers, expected 3");
  EXPECT_CONTAINS(table("1,1\n1,1\n"), "2 rows and 2 columns, expected odd");
  EXPECT_CONTAINS(table("1,-2,1\n"), "sums to");
  EXPECT_CONTAINS(table(""), "found no text to read");
  EXPECT_CONTAINS(MessageOf([] { PointSpreadFunction::FromFile("absent.csv"); }), "absent.csv: found no text to read");
  EXPECT_CONTAINS(MessageOf([] { PointSpreadFunction::FromFile("absent.tif"); }), "neither a table");
}
