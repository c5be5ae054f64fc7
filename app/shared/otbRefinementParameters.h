// SPDX-License-Identifier: Apache-2.0
#ifndef otbRefinementParameters_h
#define otbRefinementParameters_h

#include "otbSpectralRefinementFile.h"

#include <optional>

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** \class RefinementParameters
 * \brief `refine`, whether the result is made to agree with the hyperspectral image as well; `inref` and `outref`, what is known for that of a scene;
 * `retrain`, whether the refined result is learnt from in turn. */
class RefinementParameters
{
public:
  explicit RefinementParameters(SpectralApplication& application);

  void Add();

  /** `retrain`, of applications that train. */
  void AddSecondRound();
  bool IsSecondRoundWanted() const;

  enum class Mode
  {
    Auto, /**< where the score at held-out pixels says that it pays */
    On,
    Off
  };

  Mode GetMode() const;

  /** The content of the file of `inref`, if it is given. \throw std::runtime_error naming it when it cannot be used. */
  std::optional<SceneRefinement> Load() const;

private:
  SpectralApplication& m_Application;
};
} // namespace Wrapper
} // namespace otb

#endif
