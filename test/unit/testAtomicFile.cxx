// SPDX-License-Identifier: Apache-2.0

// Files appear whole or not at all, whatever ends the process that writes them.

#include "../testModels.h"
#include "otbAtomicFile.h"
#include "temporaryFolder.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace
{
using otb::AtomicFile;
using otb::StagedFile;
using otb::test::MessageOf;
using AtomicFiles = otb::test::TemporaryFolder;

TEST_F(AtomicFiles, AppearWholeOrNotAtAll)
{
  {
    AtomicFile file(Path("report.txt"), "report");
    file.Stream() << "half";
    file.Stream().flush();
    EXPECT_FALSE(std::filesystem::exists(Path("report.txt")));
  }
  EXPECT_EQ(NumberOfFiles(), 0u);
  {
    AtomicFile file(Path("report.txt"), "report");
    file.Stream() << "whole";
    file.Commit();
  }
  EXPECT_EQ(TextOf(Path("report.txt")), "whole");
  {
    AtomicFile file(Path("report.txt"), "report");
    file.Stream() << "never finished";
  }
  EXPECT_EQ(TextOf(Path("report.txt")), "whole");
  {
    AtomicFile file(Path("report.txt"), "report");
    file.Stream() << "new";
    file.Commit();
  }
  EXPECT_EQ(TextOf(Path("report.txt")), "new");
  EXPECT_EQ(NumberOfFiles(), 1u);
}

TEST_F(AtomicFiles, AreRefusedWhereTheyCannotBe)
{
  const auto errorOf = [](const std::string& path)
  {
    return MessageOf<std::runtime_error>(
        [&]
        {
          AtomicFile file(path, "report");
          file.Stream() << "text";
          file.Commit();
        });
  };
  const std::string missing = errorOf(Path("missing/report.txt"));
  EXPECT_EQ(missing.rfind("report: ", 0), 0u) << missing;
  EXPECT_NE(missing.find(Path("missing/report.txt")), std::string::npos) << missing;
  EXPECT_NE(missing.find("No such file or directory"), std::string::npos) << missing;

  // The name is taken by a folder.
  std::filesystem::create_directories(Path("folder/full"));
  EXPECT_NE(errorOf(Path("folder")).find(Path("folder")), std::string::npos);
  EXPECT_EQ(NumberOfFiles(), 1u);
}

TEST_F(AtomicFiles, AreRefusedInAFolderThatMayNotBeWritten)
{
  if (::geteuid() == 0)
  {
    GTEST_SKIP() << "root may write anywhere";
  }
  std::filesystem::create_directory(Path("closed"));
  std::filesystem::permissions(Path("closed"), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const std::string message = MessageOf<std::runtime_error>([&] { AtomicFile(Path("closed/report.txt"), "report"); });
  EXPECT_NE(message.find("report: it cannot be created (Permission denied): " + Path("closed/report.txt")), std::string::npos) << message;
}

TEST_F(AtomicFiles, AreRefusedOnAFullDisk)
{
  // A limit on the size of files is as good as a full disk, and needs no privilege.
  struct Limit
  {
    Limit()
    {
      ::getrlimit(RLIMIT_FSIZE, &before);
      const rlimit none = {0, before.rlim_max};
      ::setrlimit(RLIMIT_FSIZE, &none);
      handler = std::signal(SIGXFSZ, SIG_IGN);
    }
    ~Limit()
    {
      ::setrlimit(RLIMIT_FSIZE, &before);
      std::signal(SIGXFSZ, handler);
    }
    rlimit before;
    void (*handler)(int);
  };
  std::ofstream(Path("report.txt")) << "earlier";
  const std::string message = MessageOf<std::runtime_error>(
      [&]
      {
        const Limit limit;
        AtomicFile  file(Path("report.txt"), "report");
        file.Stream() << "text";
        file.Commit();
      });
  EXPECT_NE(message.find("report: it could not be written (File too large): " + Path("report.txt")), std::string::npos) << message;
  EXPECT_EQ(TextOf(Path("report.txt")), "earlier");
  EXPECT_EQ(NumberOfFiles(), 1u);
}

TEST_F(AtomicFiles, AreWrittenByOneAtATime)
{
  AtomicFile        first(Path("report.txt"), "report");
  const std::string message = MessageOf<std::runtime_error>([&] { AtomicFile(Path("report.txt"), "report"); });
  EXPECT_NE(message.find("report: another process is writing it: " + Path("report.txt")), std::string::npos) << message;
  first.Stream() << "first";
  first.Commit();
  EXPECT_EQ(TextOf(Path("report.txt")), "first");
}

TEST_F(AtomicFiles, TakeTheirSiblingsAlongAndClearWhatAKilledProcessLeft)
{
  std::filesystem::create_directory(Path("image.part"));
  std::ofstream(Path("image.part/left")) << "by a process that was killed";
  std::ofstream(Path("image")) << "old";
  {
    StagedFile image(Path("image"), "out");
    EXPECT_FALSE(std::filesystem::exists(Path("image.part/left")));
    std::ofstream(image.GetTemporaryPath()) << "pixels";
    std::ofstream(image.GetTemporaryPath() + ".hdr") << "header";
    EXPECT_EQ(TextOf(Path("image")), "old");
    image.Commit();
  }
  EXPECT_EQ(TextOf(Path("image")), "pixels");
  EXPECT_EQ(TextOf(Path("image.hdr")), "header");
  EXPECT_EQ(NumberOfFiles(), 2u);
}

TEST_F(AtomicFiles, LeaveNothingBehindWhenASignalEndsTheProcess)
{
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
  {
    EXPECT_EXIT(
        {
          AtomicFile file(Path("report.txt"), "report");
          file.Stream() << "half" << std::flush;
          StagedFile image(Path("image"), "out");
          std::ofstream(image.GetTemporaryPath()) << "pixels";
          ::raise(signal);
          std::exit(0);
        },
        testing::KilledBySignal(signal), "");
    EXPECT_EQ(NumberOfFiles(), 0u);
  }
}

TEST_F(AtomicFiles, LeaveSignalsToWhoHandlesThem)
{
  static volatile std::sig_atomic_t signals = 0;
  const auto                        before  = std::signal(SIGTERM, [](int) { signals = signals + 1; });
  {
    AtomicFile file(Path("report.txt"), "report");
    file.Stream() << "whole";
    ::raise(SIGTERM);
    file.Commit();
  }
  EXPECT_EQ(signals, 1);
  EXPECT_EQ(TextOf(Path("report.txt")), "whole");
  std::signal(SIGTERM, before);

  // And as it was before, once nothing is left to remove.
  struct sigaction interrupt = {};
  ::sigaction(SIGINT, nullptr, &interrupt);
  EXPECT_EQ(interrupt.sa_handler, SIG_DFL);
}
} // namespace
