// SPDX-License-Identifier: Apache-2.0

// A model comes back from its file with the same bits; anything that is not a whole and consistent model is refused with the reason.

#include "../testModels.h"
#include "temporaryFolder.h"
#include "otbAbundanceEstimator.h"
#include "otbSpectralInversionModel.h"
#include "otbSpectralRegressor.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <sstream>

namespace
{
using Json = nlohmann::json;
using otb::AbundanceConstraint;
using otb::SpectralInversionModel;
using otb::test::MakeModel;
using otb::test::MessageOf;
using otb::test::Method;
using otb::test::MorphOf;

class ModelFile : public otb::test::TemporaryFolder
{
protected:
  std::string Path(const std::string& name = "model.json") const
  {
    return TemporaryFolder::Path(name);
  }

  void Write(const std::string& text) const
  {
    std::ofstream(Path(), std::ios::binary) << text;
  }

  /** The message with which the text is refused as a model; it must name the parameter and the file. */
  std::string Refusal(const std::string& text) const
  {
    Write(text);
    const std::string message = MessageOf<std::runtime_error>([&] { SpectralInversionModel::Load(Path(), "model"); });
    EXPECT_EQ(message.rfind("model: ", 0), 0u) << message;
    EXPECT_NE(message.find(Path()), std::string::npos) << message;
    return message;
  }

  Json Document(Method method = Method::Morph, bool prior = false) const
  {
    MakeModel(method, prior).Save(Path(), "model");
    return Json::parse(TextOf(Path()));
  }
};

/** The same model with a changed network. */
template <class Change>
SpectralInversionModel WithNetwork(SpectralInversionModel model, const Change& change)
{
  auto network = MorphOf(model).GetNetwork();
  change(network);
  model.inverse =
      std::make_shared<otb::SpectraMorphInverse>(network, model.inverse->GetPriorBands(), MorphOf(model).GetEndmembers(), MorphOf(model).GetConstraint());
  return model;
}

std::vector<float> Infer(const SpectralInversionModel& model)
{
  constexpr std::size_t Pixels = 40;
  const auto            msi    = otb::test::MakeValues(Pixels * otb::test::Msi);
  if (!model.HasAbundances())
  {
    std::vector<float> spectra(Pixels * otb::test::Bands);
    otb::SpectralRegressor(model).Apply(msi.data(), Pixels, spectra.data());
    return spectra;
  }
  std::vector<float> abundances(Pixels * otb::test::Endmembers), spectra(Pixels * otb::test::Bands);
  if (model.HasPrior())
  {
    const auto                     priors = otb::test::MakeValues(Pixels * otb::test::Bands, 2);
    otb::AbundanceEstimator::Cells cells;
    for (std::size_t pixel = 0; pixel < Pixels; ++pixel)
    {
      cells.priors.push_back(priors.data() + pixel * otb::test::Bands);
      cells.msi.push_back(msi.data() + pixel * otb::test::Msi);
      cells.abundances.push_back(abundances.data() + pixel * otb::test::Endmembers);
    }
    otb::AbundanceEstimator(model).Apply(cells);
  }
  else
  {
    otb::AbundanceEstimator(model).Apply(msi.data(), Pixels, abundances.data());
  }
  model.Mixing().Apply(abundances.data(), Pixels, spectra.data());
  abundances.insert(abundances.end(), spectra.begin(), spectra.end());
  return abundances;
}

TEST_F(ModelFile, GivesTheSameBitsAfterSavingAndLoading)
{
  for (const auto& model : {MakeModel(Method::Morph), MakeModel(Method::Morph, true, AbundanceConstraint::NonNegative),
                            MakeModel(Method::Morph, false, AbundanceConstraint::SumToOne), MakeModel(Method::Lift), MakeModel(Method::Linear)})
  {
    model.Save(Path(), "model");
    const auto loaded = SpectralInversionModel::Load(Path(), "model");
    EXPECT_EQ(Infer(loaded), Infer(model));
    EXPECT_EQ(loaded.inverse->GetMethod(), model.inverse->GetMethod());
    EXPECT_EQ(loaded.inverse->GetDecoder(), model.inverse->GetDecoder());
    EXPECT_EQ(loaded.inverse->GetDecoderBias(), model.inverse->GetDecoderBias());
    EXPECT_EQ(loaded.HasPrior(), model.HasPrior());
    EXPECT_EQ(loaded.response.GetMatrix(), model.response.GetMatrix());
    EXPECT_EQ(loaded.response.GetBandNames(), model.response.GetBandNames());
    EXPECT_EQ(loaded.axis.wavelengths, model.axis.wavelengths);
    EXPECT_EQ(loaded.axis.widths, model.axis.widths);
    EXPECT_EQ(loaded.offset, model.offset);
    EXPECT_EQ(loaded.scale, model.scale);
    EXPECT_EQ(loaded.training.pixels, model.training.pixels);
    EXPECT_EQ(loaded.training.epochs, model.training.epochs);
    EXPECT_EQ(loaded.training.loss, model.training.loss);
    EXPECT_EQ(loaded.training.nmfRelativeError, model.training.nmfRelativeError);
    EXPECT_EQ(loaded.training.seed, model.training.seed);

    // The same model is the same file, also by way of a file.
    const std::string text = TextOf(Path());
    model.Save(Path(), "model");
    EXPECT_EQ(TextOf(Path()), text);
    loaded.Save(Path(), "model");
    EXPECT_EQ(TextOf(Path()), text);
    EXPECT_EQ(NumberOfFiles(), 1u);
  }
}

TEST_F(ModelFile, KeepsAnyResponseBitForBit)
{
  // Rows of a response sum to one but for rounding; reading must not normalise them once more.
  for (unsigned int seed = 1; seed <= 20; ++seed)
  {
    const auto values = otb::test::MakeValues(otb::test::Msi * otb::test::Bands, seed, 0.f, 1.f);
    auto       model  = MakeModel(Method::Morph);
    model.response    = otb::SpectralResponse(Eigen::Map<const otb::SpectraMatrix>(values.data(), otb::test::Msi, otb::test::Bands), {"a", "b", "c"}, "test");
    model.Save(Path(), "model");
    ASSERT_EQ(SpectralInversionModel::Load(Path(), "model").response.GetMatrix(), model.response.GetMatrix()) << "seed " << seed;
  }
}

TEST_F(ModelFile, KeepsExtremeNumbersAndStrangeNames)
{
  auto model     = WithNetwork(MakeModel(Method::Morph),
                               [](auto& network)
                               {
                             network.GetParameters()[0] = std::numeric_limits<float>::denorm_min();
                             network.GetParameters()[1] = -std::numeric_limits<float>::max();
                             network.GetParameters()[2] = -0.f;
                           });
  model.offset   = -1e-30;
  model.scale    = 0.1;
  model.axis     = {};
  model.response = otb::SpectralResponse(model.response.GetMatrix(), {"\"quoted\"\n", "Gr\xfcn", ""}, "test"); // Latin-1, as from an old CSV
  model.Save(Path(), "model");
  const auto loaded = SpectralInversionModel::Load(Path(), "model");
  EXPECT_EQ(MorphOf(loaded).GetNetwork().GetParameters(), MorphOf(model).GetNetwork().GetParameters());
  EXPECT_TRUE(std::signbit(MorphOf(loaded).GetNetwork().GetParameters()[2]));
  EXPECT_EQ(loaded.offset, model.offset);
  EXPECT_EQ(loaded.scale, model.scale);
  EXPECT_EQ(loaded.axis.size(), 0u);
  EXPECT_EQ(loaded.response.GetBandNames()[0], "\"quoted\"\n");
  EXPECT_EQ(loaded.response.GetBandNames()[1].substr(0, 2), "Gr");
}

TEST_F(ModelFile, IsRefusedWhenCutOff)
{
  for (const auto method : {Method::Morph, Method::Lift})
  {
    const std::string whole = Document(method).dump();
    for (std::size_t length = 0; length < whole.size(); length = length < 200 ? length + 1 : length + 1 + length / 10)
    {
      ASSERT_NE(Refusal(whole.substr(0, length)).find("is not a model file or is cut off"), std::string::npos) << length << " bytes";
    }
    EXPECT_NE(Refusal(whole + "}").find("is not a model file or is cut off"), std::string::npos);
  }
}

TEST_F(ModelFile, IsRefusedWhenItIsSomethingElse)
{
  EXPECT_NE(Refusal("{}").find("it is not a model of this module"), std::string::npos);
  EXPECT_NE(Refusal("[1, 2]").find("it is not a model of this module"), std::string::npos);
  EXPECT_NE(Refusal("null").find("it is not a model of this module"), std::string::npos);
  EXPECT_NE(Refusal(R"({"format": "other", "version": 1})").find("it is not a model of this module"), std::string::npos);
  Refusal(R"({"format": 3, "version": 1})");
  Refusal("");
  Refusal(std::string(1000, '\0'));
  Refusal("II*\0 a TIFF");
  Refusal(std::string(100000, '['));
  Refusal(std::string(100000, '[') + std::string(100000, ']'));
  std::string nested;
  for (int depth = 0; depth < 100000; ++depth)
  {
    nested += "{\"format\":";
  }
  Refusal(nested);
  Refusal(nested + "1" + std::string(100000, '}'));
}

TEST_F(ModelFile, IsRefusedWhenItCannotBeOpened)
{
  const auto errorOf = [](const std::string& path) { return MessageOf<std::runtime_error>([&] { SpectralInversionModel::Load(path, "inm"); }); };
  EXPECT_EQ(errorOf(Path("nowhere.json")), "inm: " + Path("nowhere.json") + " cannot be opened, expected a model file (JSON)");
  EXPECT_EQ(errorOf(m_Folder.string()).rfind("inm: ", 0), 0u);
  EXPECT_EQ(errorOf("").rfind("inm: ", 0), 0u);
}

/** A change to a whole document that makes it wrong, and what the refusal must speak of. */
struct Damage
{
  const char*                name;
  std::function<void(Json&)> apply;
  const char*                expected;
};

void PrintTo(const Damage& damage, std::ostream* stream)
{
  *stream << damage.name;
}

class DamagedModelFile : public ModelFile, public testing::WithParamInterface<Damage>
{
};

TEST_P(DamagedModelFile, IsRefusedForItsReason)
{
  Json document = Document();
  GetParam().apply(document);
  const std::string message = Refusal(document.dump());
  EXPECT_NE(message.find(GetParam().expected), std::string::npos) << message;
}

const Damage Damages[] = {
    {"NewerVersion", [](Json& j) { j["version"] = 2; }, "its version is 2, expected 1"},
    {"FractionalVersion", [](Json& j) { j["version"] = 1.5; }, "its version is 1.5, expected 1"},
    {"TextVersion", [](Json& j) { j["version"] = "1"; }, "its version is \"1\", expected 1"},
    {"TrueVersion", [](Json& j) { j["version"] = true; }, "its version is true, expected 1"},
    {"NoVersion", [](Json& j) { j.erase("version"); }, "version"},
    {"UnknownMethod", [](Json& j) { j["method"] = "magic"; }, "\"method\" is \"magic\""},
    {"UnknownConstraint", [](Json& j) { j["constraint"] = "magic"; }, "\"constraint\" is \"magic\""},
    {"NumberForMethod", [](Json& j) { j["method"] = 4; }, "type must be string"},
    {"NoNetwork", [](Json& j) { j.erase("network"); }, "network"},
    {"NetworkIsNoList", [](Json& j) { j["network"] = 7; }, "cannot use at()"},
    {"NoLayers", [](Json& j) { j["network"] = Json::array(); }, "out of range"},
    {"TooManyLayers", [](Json& j) { j["network"].push_back(j["network"][1]); }, "the network has 3 layers, expected 2"},
    {"NullWeight", [](Json& j) { j["network"][0]["weights"][4][1] = nullptr; }, "row 5 of \"weights\" is not a list of numbers"},
    {"TextWeight", [](Json& j) { j["network"][0]["weights"][4][1] = "0.5"; }, "row 5 of \"weights\" is not a list of numbers"},
    {"WeightBeyondFloat", [](Json& j) { j["network"][0]["weights"][4][1] = 1e300; }, "not finite"},
    {"BiasBeyondFloat", [](Json& j) { j["network"][1]["bias"][0] = -1e300; }, "not finite"},
    {"BiasIsNoList", [](Json& j) { j["network"][0]["bias"] = 3; }, "the bias of layer 1 is not a list of numbers"},
    {"RaggedWeights", [](Json& j) { j["network"][0]["weights"][4].push_back(1); }, "row 5 of \"weights\" has 4 numbers, expected 3"},
    {"FewerHiddenUnits", [](Json& j) { j["network"][0]["weights"].erase(9); }, "layer 1 of the network has 69 x 3 weights and 70 biases, expected 70 x 3"},
    {"LongerBias", [](Json& j) { j["network"][1]["bias"].push_back(1); }, "layer 2 of the network has 5 x 70 weights and 6 biases"},
    {"TransposedLayers", [](Json& j) { std::swap(j["network"][0], j["network"][1]); },
     "layer 1 of the network has 5 x 70 weights and 5 biases, expected 5 x 3"},
    {"AnotherMethodsNetwork", [](Json& j) { j["method"] = "lift"; }, "the network has 2 layers, expected 7"},
    {"PriorThatIsNotThere", [](Json& j) { j["prior_bands"] = 37; }, "layer 1 of the network has 70 x 3 weights and 70 biases, expected 70 x 40"},
    {"PriorOfMoreBandsThanThereAre", [](Json& j) { j["prior_bands"] = 4294967295u; }, "the prior has more bands than the hyperspectral image"},
    {"PriorIsNoNumber", [](Json& j) { j["prior_bands"] = true; }, "\"prior_bands\" is true, expected a whole number"},
    {"NoEndmember", [](Json& j) { j["endmembers"] = Json::array(); }, "0 outputs"},
    {"EmptyEndmember", [](Json& j) { j["endmembers"][0] = Json::array(); }, "row 2 of \"endmembers\" has 37 numbers, expected 0"},
    {"OneEndmemberLess", [](Json& j) { j["endmembers"].erase(1); }, "layer 2 of the network has 5 x 70 weights and 5 biases, expected 4 x 70"},
    {"OneBandLess",
     [](Json& j)
     {
       for (auto& row : j["endmembers"])
         row.erase(3);
     },
     "the endmembers are not one spectrum per network output"},
    {"EndmembersAreNoList", [](Json& j) { j["endmembers"] = "file.csv"; }, "\"endmembers\" is not a list of rows"},
    {"NestedEndmembers", [](Json& j) { j["endmembers"][2][3] = Json::array({1}); }, "row 3 of \"endmembers\" is not a list of numbers"},
    {"NegativeResponse", [](Json& j) { j["spectral_response"]["matrix"][1][2] = -1; }, "\"spectral_response\", row 2, column 3: found -1"},
    {"NoResponse", [](Json& j) { j["spectral_response"]["matrix"] = Json::array(); }, "empty spectral response"},
    {"OneMoreResponse", [](Json& j) { j["spectral_response"]["matrix"].push_back(j["spectral_response"]["matrix"][0]); }, "3 band names, expected 4"},
    {"BandNamesAreNumbers",
     [](Json& j) {
       j["spectral_response"]["bands"] = {1, 2, 3};
     },
     "type must be string"},
    {"FewerWavelengths", [](Json& j) { j["wavelengths_nm"].erase(0); }, "the number of wavelengths is not that of hyperspectral bands"},
    {"FewerWidths", [](Json& j) { j["fwhm_nm"].erase(0); }, "the number of band widths is not that of wavelengths"},
    {"NegativeWavelength", [](Json& j) { j["wavelengths_nm"][5] = -400; }, "a wavelength or width is not positive"},
    {"ZeroScale", [](Json& j) { j["scaling"]["scale"] = 0; }, "positive scale"},
    {"NegativeScale", [](Json& j) { j["scaling"]["scale"] = -1; }, "positive scale"},
    {"NullOffset", [](Json& j) { j["scaling"]["offset"] = nullptr; }, "type must be number"},
    {"ScaleIsAFlag", [](Json& j) { j["scaling"]["scale"] = true; }, "type must be number"},
    {"ScaleBelowFloat", [](Json& j) { j["scaling"]["scale"] = 1e-300; }, "positive scale"},
    {"OffsetBeyondFloat", [](Json& j) { j["scaling"]["offset"] = 1e300; }, "the scaling is not a finite offset"},
    {"NoTraining", [](Json& j) { j.erase("training"); }, "training"},
    {"NegativePixels", [](Json& j) { j["training"]["pixels"] = -5; }, "\"pixels\" is -5, expected a whole number"},
    {"EpochsBeyondCounting", [](Json& j) { j["training"]["epochs"] = 1e300; }, "\"epochs\" is 1e+300, expected a whole number from 0 to 4294967295"},
    {"TextLoss", [](Json& j) { j["training"]["loss"] = "low"; }, "type must be number"},
};

INSTANTIATE_TEST_SUITE_P(Damages, DamagedModelFile, testing::ValuesIn(Damages), [](const auto& info) { return info.param.name; });

TEST_F(ModelFile, IsRefusedWhenANumberIsNone)
{
  // What JSON has no word for, in the places of the first weight and of the scale.
  std::string text = Document().dump();
  for (const char* number : {"NaN", "Infinity", "1e999", "0x10", "1,5", ""})
  {
    std::string       damaged = text;
    const std::string key     = "\"scale\":";
    const std::size_t start   = damaged.find(key) + key.size();
    damaged.replace(start, damaged.find('}', start) - start, number);
    Refusal(damaged);
  }
}

TEST_F(ModelFile, IsRefusedWhenItsShapeWouldFillTheMemory)
{
  // A first row that is long and many that are short: a rectangle of 10^11 numbers, in a file of a megabyte.
  Json document          = Document();
  document["endmembers"] = Json::array();
  document["endmembers"].push_back(std::vector<int>(320000, 1));
  for (int row = 1; row < 320000; ++row)
  {
    document["endmembers"].push_back(Json::array());
  }
  EXPECT_NE(Refusal(document.dump()).find("row 2 of \"endmembers\" has 0 numbers, expected 320000"), std::string::npos);
}

TEST_F(ModelFile, IsNotWrittenWhenTheModelIsWrong)
{
  const auto errorOf = [&](const std::function<void(SpectralInversionModel&)>& damage)
  {
    auto model = MakeModel(Method::Morph);
    damage(model);
    return MessageOf<std::invalid_argument>([&] { model.Save(Path(), "out"); });
  };
  EXPECT_EQ(errorOf([](auto& model) { model.inverse = nullptr; }), "it has nothing that a method has learnt");
  EXPECT_EQ(errorOf([](auto& model) { model = WithNetwork(model, [](auto& network) { network.GetParameters()[3] = std::nanf(""); }); }),
            "a weight of the network is not finite");
  EXPECT_EQ(errorOf(
                [](auto& model)
                {
                  auto endmembers  = MorphOf(model).GetEndmembers();
                  endmembers(1, 1) = std::nanf("");
                  model.inverse    = std::make_shared<otb::SpectraMorphInverse>(MorphOf(model).GetNetwork(), 0, endmembers, AbundanceConstraint::None);
                }),
            "an endmember has a value that is not finite");
  EXPECT_EQ(errorOf([](auto& model) { model.response = otb::test::MakeResponse(4); }),
            "the network's multispectral bands are not those of the spectral response");
  EXPECT_EQ(errorOf([](auto& model) { model.axis.widths.pop_back(); }), "the number of band widths is not that of wavelengths");
  EXPECT_EQ(errorOf([](auto& model) { model.training.loss = std::nan(""); }), "a fact of the training is not a finite number");
  EXPECT_EQ(NumberOfFiles(), 0u);
}

TEST_F(ModelFile, MixesInTheImagesUnit)
{
  const auto         model  = MakeModel(Method::Morph);
  const auto         mixing = model.Mixing();
  const auto         a      = otb::test::MakeValues(otb::test::Endmembers, 1, -1.f, 1.f);
  otb::SpectraMatrix spectrum(1, otb::test::Bands);
  mixing.Apply(a.data(), 1, spectrum.data());
  const Eigen::RowVectorXd scaled =
      Eigen::Map<const Eigen::RowVectorXf>(a.data(), otb::test::Endmembers).cast<double>() * MorphOf(model).GetEndmembers().cast<double>();
  const Eigen::RowVectorXd expected = scaled.array() * model.scale + model.offset;
  EXPECT_LT((spectrum.cast<double>() - expected).cwiseAbs().maxCoeff(), 4e-6 * model.scale);
}
} // namespace
