// SPDX-License-Identifier: Apache-2.0

// What is given back between two passes over a scene, and what is kept.

#include "otbReleasePipeline.h"
#include "testImages.h"

#include "itkCommand.h"
#include "itkRandomImageSource.h"
#include "itkShiftScaleImageFilter.h"

#include <gtest/gtest.h>

namespace
{
using BandType  = itk::Image<float, 2>;
using ScaleType = itk::ShiftScaleImageFilter<BandType, BandType>;

/** Two filters in a row over an image in memory; how often each has run. */
struct Pipeline
{
  Pipeline()
  {
    image->SetRegions(BandType::SizeType{{40, 30}});
    image->Allocate(true);
    first->SetInput(image);
    second->SetInput(first->GetOutput());
    for (std::size_t number = 0; number < 2; ++number)
    {
      auto command = itk::SimpleMemberCommand<Count>::New();
      command->SetCallbackFunction(&runs[number], &Count::Increment);
      (number == 0 ? first : second)->AddObserver(itk::EndEvent(), command);
    }
  }

  void Update(itk::SizeValueType rows)
  {
    second->UpdateOutputInformation();
    second->GetOutput()->SetRequestedRegion(BandType::RegionType({{0, 0}}, {{40, rows}}));
    second->GetOutput()->PropagateRequestedRegion();
    second->GetOutput()->UpdateOutputData();
  }

  struct Count
  {
    void Increment()
    {
      ++value;
    }
    unsigned int value = 0;
  };

  BandType::Pointer  image = BandType::New();
  ScaleType::Pointer first = ScaleType::New(), second = ScaleType::New();
  Count              runs[2];
};

itk::SizeValueType Buffered(const itk::ImageBase<2>* image)
{
  return image->GetBufferedRegion().GetNumberOfPixels();
}

TEST(ReleasePipeline, GivesBackPiecesAllTheWay)
{
  Pipeline pipeline;
  pipeline.Update(10);
  EXPECT_EQ(Buffered(pipeline.first->GetOutput()), 400u);
  otb::ReleasePipeline(pipeline.second);
  EXPECT_EQ(Buffered(pipeline.second->GetOutput()), 0u);
  EXPECT_EQ(Buffered(pipeline.first->GetOutput()), 0u);
  // They are made again when somebody asks.
  pipeline.Update(10);
  EXPECT_EQ(Buffered(pipeline.second->GetOutput()), 400u);
  EXPECT_EQ(pipeline.runs[0].value, 2u);
}

TEST(ReleasePipeline, KeepsWhatHasNoSource)
{
  Pipeline pipeline;
  pipeline.Update(10);
  otb::ReleasePipeline(pipeline.second);
  EXPECT_EQ(Buffered(pipeline.image), 1200u);
}

TEST(ReleasePipeline, KeepsWhatAFilterMadeAsAWhole)
{
  Pipeline pipeline;
  pipeline.Update(30);
  otb::ReleasePipeline(pipeline.second);
  EXPECT_EQ(Buffered(pipeline.first->GetOutput()), 1200u);
  pipeline.Update(10);
  EXPECT_EQ(pipeline.runs[0].value, 1u);
}

TEST(ReleasePipeline, GivesBackWhatIsReadFromAFile)
{
  // As a reader, it is made of nothing.
  const auto source = itk::RandomImageSource<BandType>::New();
  const auto scale  = ScaleType::New();
  scale->SetInput(source->GetOutput());
  scale->Update();
  EXPECT_GT(Buffered(source->GetOutput()), 0u);
  otb::ReleasePipeline(scale);
  EXPECT_EQ(Buffered(source->GetOutput()), 0u);
}
} // namespace
