// SPDX-License-Identifier: Apache-2.0
#include "otbSpectralTrainingSettings.h"

namespace otb
{
void SpectralTrainingSettings::Visit(SettingVisitor& visitor)
{
  const RealRange rates = {0., 1., "learning rate"};
  visitor.Whole({"epochs", "Epochs", "Passes over the training pixels."}, epochs, {1});
  visitor.Group({"lr", "Learning rates", "Of the optimiser, over the epochs: from start up to peak, then down to end."});
  visitor.Real({"lr.start", "At the start", "Learning rate of the first epoch, from where it rises linearly over the first 30 % of the epochs."}, rateStart,
               rates);
  visitor.Real({"lr.peak", "At the peak", "Highest learning rate."}, ratePeak, rates);
  visitor.Real({"lr.end", "At the end", "Learning rate to which it falls linearly over the last 70 % of the epochs."}, rateEnd, rates);
  visitor.Choice({"loss", "Loss", "What training minimises, as a mean over pixels and bands."}, loss,
                 {{"l1", "Absolute difference"}, {"l2", "Squared difference"}});
  visitor.Whole({"batch", "Pixels per step", "Number of pixels, drawn anew each epoch, of a step of the optimiser."}, batch,
                {0, "A whole number from 1; 0 for all of them."});
}
} // namespace otb
