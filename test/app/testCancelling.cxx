// SPDX-License-Identifier: Apache-2.0

// Application::Stop(), by which a program cancels, ends each of the long steps within a second, and nothing is left under the outputs' names.

#include "otbWrapperAddProcessToWatchEvent.h"
#include "otbWrapperApplication.h"
#include "otbWrapperApplicationRegistry.h"

#include "itkCommand.h"

#include "gdal_priv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include <unistd.h>

namespace
{
using otb::Wrapper::Application;
using otb::Wrapper::ApplicationRegistry;
namespace fs = std::filesystem;

constexpr int Bands = 8;

class Cancelling : public testing::Test
{
protected:
  Cancelling() : m_Folder(fs::temp_directory_path() / ("spectramorph-cancelling-" + std::to_string(::getpid())))
  {
    fs::create_directories(m_Folder / "out");
    WriteImage("coarse.tif", 64, Bands);
    WriteImage("sharp.tif", 2048, 3);
    std::ofstream(m_Folder / "matrix.csv") << "1,1,0,0,0,0,0,0\n0,0,1,1,0,0,0,0\n0,0,0,0,1,1,1,1\n";
  }
  ~Cancelling() override
  {
    fs::remove_all(m_Folder);
  }

  void WriteImage(const std::string& name, int size, int bands)
  {
    GDALAllRegister();
    const GDALDatasetUniquePtr image(
        GetGDALDriverManager()->GetDriverByName("GTiff")->Create((m_Folder / name).c_str(), size, size, bands, GDT_Float32, nullptr));
    std::vector<float> values(static_cast<std::size_t>(size) * size);
    for (int band = 1; band <= bands; ++band)
    {
      for (std::size_t i = 0; i < values.size(); ++i)
      {
        values[i] = 0.1f + static_cast<float>((i * 7919 + static_cast<std::size_t>(band) * 104729) % 1000) / 1250.f;
      }
      ASSERT_EQ(image->GetRasterBand(band)->RasterIO(GF_Write, 0, 0, size, size, values.data(), size, size, GDT_Float32, 0, 0, nullptr), CE_None);
    }
  }

  Application::Pointer Make(const std::string& name, const std::string& epochs, const std::string& hidden)
  {
    const Application::Pointer application = ApplicationRegistry::CreateApplicationFaster(name);
    EXPECT_TRUE(application.IsNotNull()) << "OTB_APPLICATION_PATH must name the folder of the applications";
    application->SetParameterString("inhs", (m_Folder / "coarse.tif").string());
    application->SetParameterString("inms", (m_Folder / "sharp.tif").string());
    application->SetParameterString("srf", "matrix");
    application->SetParameterString("srf.matrix.in", (m_Folder / "matrix.csv").string());
    application->SetParameterString("method", "morph");
    application->SetParameterString("method.morph.ne", "3");
    application->SetParameterString("method.morph.hidden", hidden);
    application->SetParameterString("epochs", epochs);
    application->SetParameterString("ram", "16");
    application->SetParameterString("out", (m_Folder / "out/out.tif").string());
    application->SetParameterString("model", (m_Folder / "out/model.json").string());
    return application;
  }

  /** Stops the application a moment after the process that is so described has begun. */
  void StopAt(Application* application, const std::string& description, std::chrono::milliseconds moment = std::chrono::milliseconds(50))
  {
    std::promise<void> begun;
    const auto         watcher = itk::CStyleCommand::New();
    struct Data
    {
      const std::string&  description;
      std::promise<void>& begun;
    } data{description, begun};
    watcher->SetClientData(&data);
    watcher->SetCallback(
        [](itk::Object*, const itk::EventObject& event, void* client)
        {
          const auto& wanted = *static_cast<Data*>(client);
          const auto* told   = dynamic_cast<const otb::Wrapper::AddProcessToWatchEvent*>(&event);
          if (told && told->GetProcessDescription().find(wanted.description) == 0)
          {
            wanted.begun.set_value();
          }
        });
    application->AddObserver(otb::Wrapper::AddProcessToWatchEvent(), watcher);

    auto running = std::async(std::launch::async, [application] { EXPECT_THROW(application->ExecuteAndWriteOutput(), itk::ProcessAborted); });
    // A machine may be busy; and a run that is not stopped would be waited for to its end.
    const auto status = begun.get_future().wait_for(std::chrono::minutes(5));
    EXPECT_EQ(status, std::future_status::ready) << description << " has not begun";
    std::this_thread::sleep_for(moment);
    // Time of the processors, which others may be using as well.
    const auto start = std::clock();
    application->Stop();
    running.wait();
    EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, std::max(1u, std::thread::hardware_concurrency()));
    EXPECT_TRUE(fs::is_empty(m_Folder / "out"));
  }

  fs::path m_Folder;
};

TEST_F(Cancelling, EndsTraining)
{
  StopAt(Make("HyperspectralSuperResolution", "1000000", "1024"), "Training the network");
}

TEST_F(Cancelling, EndsWriting)
{
  StopAt(Make("HyperspectralSuperResolution", "2", "1024"), "Writing");
}

// The filter that does the work is the writer's own input: it is stopped in the middle of a piece.
TEST_F(Cancelling, EndsWritingOfOneFilter)
{
  const auto application = Make("HyperspectralSuperResolution", "2", "16");
  application->SetParameterString("method", "lift");
  application->SetParameterString("method.lift.width", "512");
  application->SetParameterString("refine", "false");
  StopAt(application, "Writing");
}

// As often as it takes to meet the writing of a piece to the file, of which a writer may say nothing.
TEST_F(Cancelling, EndsWritingAtAnyTime)
{
  for (const int milliseconds : {0, 10, 100, 200, 300})
  {
    const auto application = Make("HyperspectralSuperResolution", "2", "256");
    application->SetParameterString("out", (m_Folder / "out/out.tif?&gdal:co:COMPRESS=DEFLATE&gdal:co:ZLEVEL=9").string());
    StopAt(application, "Writing", std::chrono::milliseconds(milliseconds));
  }
}
} // namespace
