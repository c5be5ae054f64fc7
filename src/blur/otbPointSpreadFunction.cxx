// SPDX-License-Identifier: Apache-2.0
#include "otbPointSpreadFunction.h"
#include "otbTextFile.h"
#include "otbTextLines.h"

#include "gdal_priv.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>

namespace otb
{
namespace
{
using KernelType = PointSpreadFunction::KernelType;

constexpr double Pi = 3.14159265358979323846;

/** Rows or columns of a kernel from a file: as many as those of the greatest radius. */
constexpr std::size_t MaximumSize = 2001;

double Square(double value)
{
  return value * value;
}

/** k(x, y, s) before normalisation: the table in the class documentation, line by line. */
using ShapeFunction = std::function<double(double x, double y, double s)>;

const std::map<std::string, ShapeFunction>& GetShapes()
{
  // Most shapes are functions of t = rho / s.
  const auto radial = [](double (*profile)(double)) { return [profile](double x, double y, double s) { return profile(std::sqrt(x * x + y * y) / s); }; };

  static const std::map<std::string, ShapeFunction> shapes = {
      {"gaussian", radial([](double t) { return std::exp(-t * t / 2); })},
      {"kolmogorov", radial([](double t) { return std::exp(-std::pow(t, 5. / 3)); })},
      {"airy", radial([](double t) { return t == 0 ? 1. : Square(2 * std::cyl_bessel_k(1., 2.33811 * t) / (2.33811 * t)); })},
      {"moffat", radial([](double t) { return std::pow(1 + t * t, -3.5); })},
      {"sinc", radial([](double t) { return t == 0 ? 1. : std::sin(Pi * t) / (Pi * t); })},
      {"lorentzian2", radial([](double t) { return 1 / (1 + t * t * t * t); })},
      {"hermite", radial([](double t) { return std::exp(-t * t / 2) * 2 * t; })},
      {"parabolic", radial([](double t) { return std::max(0., 1 - t * t); })},
      {"gabor", [](double x, double y, double s) { return std::exp(-(x * x + 0.25 * y * y) / (2 * s * s)) * std::cos(2 * Pi * x); }},
      {"delta", [](double x, double y, double) { return x == 0 && y == 0 ? 1. : 0.; }}};
  return shapes;
}

KernelType ReadTable(const std::string& filename)
{
  std::ifstream                    file = OpenTextFile(filename, "PSF file " + filename);
  TextLines                        lines(file, "PSF file " + filename);
  std::vector<std::vector<double>> rows;
  for (std::string line; lines.Next(line);)
  {
    std::vector<double> row;
    for (const std::string_view field : SplitList(line))
    {
      row.push_back(lines.Number(field, row.size() + 1));
    }
    if (row.empty() || (!rows.empty() && row.size() != rows.front().size()))
    {
      lines.Fail(std::to_string(row.size()) + " numbers", rows.empty() ? "a row of numbers" : std::to_string(rows.front().size()) + " as in the first row");
    }
    rows.push_back(row);
    if (rows.size() > MaximumSize || row.size() > MaximumSize)
    {
      lines.Fail(std::to_string(rows.size()) + " rows of " + std::to_string(row.size()) + " numbers",
                 "a kernel of at most " + std::to_string(MaximumSize) + " x " + std::to_string(MaximumSize));
    }
  }
  if (rows.empty())
  {
    lines.FailWhole("no numbers", "a row of numbers per line");
  }
  KernelType kernel(rows.size(), rows.front().size());
  for (std::size_t i = 0; i < rows.size(); ++i)
  {
    kernel.row(i) = Eigen::Map<const Eigen::RowVectorXd>(rows[i].data(), rows[i].size());
  }
  return kernel;
}

KernelType ReadImage(const std::string& filename)
{
  GDALAllRegister();
  CPLPushErrorHandler(CPLQuietErrorHandler);
  const GDALDatasetUniquePtr dataset(GDALDataset::Open(filename.c_str(), GDAL_OF_RASTER));
  CPLPopErrorHandler();
  if (!dataset || dataset->GetRasterCount() < 1)
  {
    throw std::invalid_argument("PSF file " + filename + ": found neither a table (.csv, .txt) nor an image that GDAL reads");
  }
  const int width  = dataset->GetRasterXSize();
  const int height = dataset->GetRasterYSize();
  if (std::max(width, height) > static_cast<int>(MaximumSize))
  {
    throw std::invalid_argument("PSF file " + filename + ": found an image of " + std::to_string(width) + " x " + std::to_string(height) +
                                " pixels, expected a kernel of at most " + std::to_string(MaximumSize) + " x " + std::to_string(MaximumSize));
  }
  KernelType kernel(height, width);
  if (dataset->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, width, height, kernel.data(), width, height, GDT_Float64, 0, 0) != CE_None)
  {
    throw std::invalid_argument("PSF file " + filename + ": its pixels cannot be read");
  }
  return kernel;
}

/** Where the mirror images of an axis of that length put a position: the edge pixel is repeated, the pattern's period is twice the length. */
long Reflect(long position, long length)
{
  const long period = 2 * length;
  position          = ((position % period) + period) % period;
  return position < length ? position : period - 1 - position;
}
} // namespace

PointSpreadFunction::PointSpreadFunction() : m_Kernel(KernelType::Ones(1, 1))
{
}

PointSpreadFunction::PointSpreadFunction(const KernelType& kernel, const std::string& source)
{
  if (kernel.rows() % 2 == 0 || kernel.cols() % 2 == 0)
  {
    throw std::invalid_argument(source + ": found a kernel of " + std::to_string(kernel.rows()) + " rows and " + std::to_string(kernel.cols()) +
                                " columns, expected odd numbers of both");
  }
  if (!kernel.allFinite())
  {
    throw std::invalid_argument(source + ": found a NaN or infinite weight in the kernel, expected finite numbers");
  }
  const double sum = kernel.sum();
  if (!(std::abs(sum) > 1e-12 * kernel.cwiseAbs().sum()))
  {
    throw std::invalid_argument(source + ": found a kernel that sums to " + std::to_string(sum) + ", expected a sum that it can be divided by");
  }
  m_Kernel = kernel / sum;
}

PointSpreadFunction PointSpreadFunction::FromShape(const std::string& shape, double sigma, unsigned int radius)
{
  const auto found = GetShapes().find(shape);
  if (found == GetShapes().end())
  {
    std::string known;
    for (const std::string& name : GetShapeNames())
    {
      known += (known.empty() ? "" : ", ") + name;
    }
    throw std::invalid_argument("psf: found \"" + shape + "\", expected one of " + known);
  }
  if (shape == "delta")
  {
    return PointSpreadFunction();
  }
  if (!(sigma > 0) || !std::isfinite(sigma))
  {
    throw std::invalid_argument("sigma: found " + std::to_string(sigma) + ", expected a positive number of pixels");
  }
  if (radius < 1 || radius > 1000)
  {
    throw std::invalid_argument("radius: found " + std::to_string(radius) + ", expected 1 to 1000 pixels");
  }
  const long p = radius;
  KernelType kernel(2 * p + 1, 2 * p + 1);
  for (long y = -p; y <= p; ++y)
  {
    for (long x = -p; x <= p; ++x)
    {
      kernel(y + p, x + p) = found->second(x, y, sigma);
    }
  }
  return PointSpreadFunction(kernel, "psf " + shape + " with sigma " + std::to_string(sigma) + " and radius " + std::to_string(radius));
}

const std::vector<std::string>& PointSpreadFunction::GetShapeNames()
{
  static const std::vector<std::string> names = {"gaussian", "kolmogorov", "airy", "moffat", "sinc", "lorentzian2", "hermite", "parabolic", "gabor", "delta"};
  return names;
}

PointSpreadFunction PointSpreadFunction::FromFile(const std::string& filename)
{
  const std::size_t dot       = filename.rfind('.');
  std::string       extension = dot == std::string::npos ? "" : filename.substr(dot + 1);
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool table = extension == "csv" || extension == "txt";
  return PointSpreadFunction(table ? ReadTable(filename) : ReadImage(filename), "PSF file " + filename);
}

PointSpreadFunction::KernelType PointSpreadFunction::GetDecimationKernel(unsigned int ratio) const
{
  if (ratio < 1)
  {
    throw std::invalid_argument("ratio: found 0, expected a whole number of at least 1");
  }
  // In a convolution the pixel above takes the weight below the centre: the kernel is turned by half a turn.
  const KernelType turned     = m_Kernel.reverse();
  KernelType       decimation = KernelType::Zero(m_Kernel.rows() + ratio - 1, m_Kernel.cols() + ratio - 1);
  for (unsigned int i = 0; i < ratio; ++i)
  {
    for (unsigned int j = 0; j < ratio; ++j)
    {
      decimation.block(i, j, turned.rows(), turned.cols()) += turned;
    }
  }
  return decimation / (static_cast<double>(ratio) * ratio);
}

PointSpreadFunction::KernelType FoldKernel(const PointSpreadFunction::KernelType& kernel, long row, long column, long height, long width,
                                           PointSpreadFunction::Border border)
{
  const long top    = std::max(0L, row);
  const long left   = std::max(0L, column);
  const long bottom = std::min(height, row + static_cast<long>(kernel.rows()));
  const long right  = std::min(width, column + static_cast<long>(kernel.cols()));
  if (border == PointSpreadFunction::Border::Zero)
  {
    return kernel.block(top - row, left - column, bottom - top, right - left);
  }
  KernelType folded = KernelType::Zero(bottom - top, right - left);
  for (long i = 0; i < kernel.rows(); ++i)
  {
    for (long j = 0; j < kernel.cols(); ++j)
    {
      folded(Reflect(row + i, height) - top, Reflect(column + j, width) - left) += kernel(i, j);
    }
  }
  return folded;
}
} // namespace otb
