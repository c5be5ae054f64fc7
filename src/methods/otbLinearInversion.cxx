// SPDX-License-Identifier: Apache-2.0

// Ridge regression, all of it; the equations are in the header.

#include "otbLinearInversion.h"
#include "otbModelDocument.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace otb
{
namespace
{
// Pixels that are taken to double precision together.
constexpr Eigen::Index Chunk = 256;

// Half decades of the mean eigenvalue, from 10^2 down to 10^-12. The greatest comes first, and wins a tie.
constexpr int Ridges = 29;

double RidgeOf(int number, double meanEigenvalue)
{
  return meanEigenvalue * std::pow(10., 2. - 0.5 * number);
}

/** operation(first, inputs, outputs) for chunks of rows, less the means. */
template <class Operation>
void ForEachChunk(const SpectraMatrix& inputs, const SpectraMatrix& outputs, const Eigen::RowVectorXd& inputMean, const Eigen::RowVectorXd& outputMean,
                  const Operation& operation)
{
  for (Eigen::Index first = 0; first < inputs.rows(); first += Chunk)
  {
    const Eigen::Index count = std::min(Chunk, inputs.rows() - first);
    operation(first, inputs.middleRows(first, count).cast<double>().rowwise() - inputMean,
              outputs.middleRows(first, count).cast<double>().rowwise() - outputMean);
  }
}
} // namespace

RidgeRegression RidgeRegression::Fit(const SpectraMatrix& inputs, const SpectraMatrix& outputs)
{
  const Eigen::Index n = inputs.rows(), c = inputs.cols(), C = outputs.cols();
  if (n == 0 || outputs.rows() != n)
  {
    throw std::invalid_argument("found " + std::to_string(n) + " inputs and " + std::to_string(outputs.rows()) +
                                " outputs of a regression, expected one for one");
  }
  const Eigen::RowVectorXd inputMean  = inputs.cast<double>().colwise().mean();
  const Eigen::RowVectorXd outputMean = outputs.cast<double>().colwise().mean();
  Eigen::MatrixXd          MM = Eigen::MatrixXd::Zero(c, c), MY = Eigen::MatrixXd::Zero(c, C);
  ForEachChunk(inputs, outputs, inputMean, outputMean,
               [&](Eigen::Index, const Eigen::MatrixXd& m, const Eigen::MatrixXd& y)
               {
                 MM.noalias() += m.transpose() * m;
                 MY.noalias() += m.transpose() * y;
               });
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(MM);
  const Eigen::MatrixXd&                               V    = eigen.eigenvectors();
  const Eigen::VectorXd                                S    = eigen.eigenvalues().cwiseMax(0.);
  const double                                         mean = S.mean();

  RidgeRegression fit;
  fit.coefficients    = Eigen::MatrixXd::Zero(c, C);
  fit.constant        = outputMean.transpose();
  fit.meanSquareError = std::numeric_limits<double>::infinity();

  // What the sum over pixels needs, for each of them once: p, q and |y|^2.
  const Eigen::MatrixXd G = V.transpose() * MY, GG = G * G.transpose();
  Eigen::MatrixXd       P(n, c), Q(n, c);
  Eigen::VectorXd       squares(n);
  ForEachChunk(inputs, outputs, inputMean, outputMean,
               [&](Eigen::Index first, const Eigen::MatrixXd& m, const Eigen::MatrixXd& y)
               {
                 P.middleRows(first, m.rows()).noalias() = m * V;
                 Q.middleRows(first, m.rows()).noalias() = y * G.transpose();
                 squares.segment(first, m.rows())        = y.rowwise().squaredNorm();
               });

  // Inputs that do not vary leave the mean alone.
  for (int number = 0; number < Ridges && mean > 0.; ++number)
  {
    const double          ridge   = RidgeOf(number, mean);
    const Eigen::VectorXd D       = (S.array() + ridge).inverse();
    const Eigen::MatrixXd PD      = P * D.asDiagonal();
    const Eigen::ArrayXd  keeps   = 1. - 1. / static_cast<double>(n) - (PD.cwiseProduct(P)).rowwise().sum().array();
    const Eigen::ArrayXd  squared = squares.array() - 2. * PD.cwiseProduct(Q).rowwise().sum().array() + (PD * GG).cwiseProduct(PD).rowwise().sum().array();
    // A pixel that alone determines a coefficient has no residual to judge by.
    if (keeps.minCoeff() < 1e-9)
    {
      continue;
    }
    const double error = (squared.max(0.) / keeps.square()).sum() / (static_cast<double>(n) * static_cast<double>(C));
    if (error < fit.meanSquareError)
    {
      fit.meanSquareError = error;
      fit.ridge           = ridge;
      fit.coefficients    = V * D.asDiagonal() * G;
      fit.constant        = (outputMean - inputMean * fit.coefficients).transpose();
    }
  }
  return fit;
}

std::unique_ptr<SpectralInversionMethod> LinearInversion::Clone() const
{
  return std::make_unique<LinearInversion>(*this);
}

std::string LinearInversion::GetKey() const
{
  return "linear";
}

std::string LinearInversion::GetTitle() const
{
  return "Linear: ridge regression of the spectrum";
}

std::string LinearInversion::GetHelp() const
{
  return "Ridge regression of the spectrum on the multispectral pixel and a constant, in closed form, the ridge chosen by leave-one-out. It trains in no time: a "
         "baseline for the other methods, and a preview.";
}

double LinearInversion::GetWeight() const
{
  // It bends nowhere; beside networks it steadies their mean where these have few pixels to learn from.
  return 0.5;
}

bool LinearInversion::IsIterative() const
{
  return false;
}

std::string LinearInversion::GetTrainingTitle() const
{
  return "Fitting the regression";
}

std::shared_ptr<const SpectralInverse> LinearInversion::Train(const Task& task)
{
  const RidgeRegression fit = RidgeRegression::Fit(task.set.msi, task.set.spectra);
  task.Report(1., fit.meanSquareError);
  // JSON has no infinity.
  task.facts.loss = std::isfinite(fit.meanSquareError) ? fit.meanSquareError : 0.;
  task.Log("Regression: ridge " + ToBriefText(fit.ridge) + ", root mean square residual of pixels left out " + ToBriefText(std::sqrt(task.facts.loss)) +
           " in scaled units");
  const Eigen::VectorXf constant = fit.constant.cast<float>();
  return std::make_shared<LinearInverse>(fit.coefficients.cast<float>(), std::vector<float>(constant.data(), constant.data() + constant.size()), fit.ridge);
}

std::vector<SpectralInverse::Highlight> LinearInversion::GetHighlights(const SpectralInverse&, const SpectralTrainingFacts& facts) const
{
  return {{ToBriefText(std::sqrt(facts.loss), 3), "root mean square residual of pixels left out, in scaled units"}};
}

std::shared_ptr<const SpectralInverse> LinearInversion::Read(const ModelDocument& document, const SpectralResponse& response) const
{
  SpectralNetwork network({response.GetNumberOfMultispectralBands(), response.GetNumberOfHyperspectralBands()});
  document.ReadNetwork(network);
  network.Validate();
  std::vector<float> constant(network.GetOutputs());
  for (std::size_t band = 0; band < constant.size(); ++band)
  {
    constant[band] = network.GetWeights(0)[(band + 1) * network.GetLayers()[0].stride() - 1];
  }
  return std::make_shared<LinearInverse>(network.GetTransposedWeights(0), std::move(constant), document.json.at("ridge").get<double>());
}

LinearInverse::LinearInverse(SpectraMatrix coefficients, std::vector<float> constant, double ridge)
  : m_Coefficients(std::move(coefficients)), m_Constant(std::move(constant)), m_Ridge(ridge)
{
}

std::string LinearInverse::GetMethod() const
{
  return LinearInversion().GetKey();
}

std::string LinearInverse::Describe() const
{
  return "ridge regression";
}

unsigned int LinearInverse::GetMultispectralBands() const
{
  return static_cast<unsigned int>(m_Coefficients.rows());
}

unsigned int LinearInverse::GetNumberOfLatents() const
{
  return GetMultispectralBands();
}

void LinearInverse::Encode(const SpectralPixelBlock& block, float* latents) const
{
  std::copy_n(block.msi, block.pixels() * GetMultispectralBands(), latents);
}

SpectraMatrix LinearInverse::GetDecoder() const
{
  return m_Coefficients;
}

std::vector<float> LinearInverse::GetDecoderBias() const
{
  return m_Constant;
}

std::shared_ptr<const SpectralInverse> LinearInverse::WithInput(const std::vector<double>& gains, const std::vector<double>& shifts, double scale) const
{
  const Eigen::MatrixXd B        = m_Coefficients.cast<double>();
  const Eigen::VectorXd shift    = Eigen::Map<const Eigen::VectorXd>(shifts.data(), B.rows()) / scale;
  const Eigen::VectorXf added    = (B.transpose() * shift).cast<float>();
  std::vector<float>    constant = m_Constant;
  for (std::size_t band = 0; band < constant.size(); ++band)
  {
    constant[band] += added(static_cast<Eigen::Index>(band));
  }
  return std::make_shared<LinearInverse>((Eigen::Map<const Eigen::VectorXd>(gains.data(), B.rows()).asDiagonal() * B).cast<float>(), std::move(constant),
                                         m_Ridge);
}

void LinearInverse::Validate(unsigned int, unsigned int hyperspectralBands) const
{
  if (m_Coefficients.cols() != hyperspectralBands || m_Constant.size() != hyperspectralBands)
  {
    throw std::invalid_argument("the regression's outputs are not the hyperspectral bands");
  }
  if (!m_Coefficients.allFinite() || !std::all_of(m_Constant.begin(), m_Constant.end(), [](float value) { return std::isfinite(value); }) || !(m_Ridge >= 0.) ||
      !std::isfinite(m_Ridge))
  {
    throw std::invalid_argument("a number of the regression is not finite, or its ridge negative");
  }
}

void LinearInverse::Write(ModelDocument& document) const
{
  strictjson::Json rows    = strictjson::ToJson(m_Coefficients.transpose());
  document.json["network"] = {{{"weights", std::move(rows)}, {"bias", m_Constant}}};
  document.json["ridge"]   = m_Ridge;
}
} // namespace otb
