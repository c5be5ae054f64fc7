// SPDX-License-Identifier: Apache-2.0
#ifndef otbUncertaintyParameters_h
#define otbUncertaintyParameters_h

namespace otb
{
namespace Wrapper
{
class SpectralApplication;

/** \class UncertaintyParameters
 * \brief `outunc`, the errors that are expected of the result, `outuncbands`, those of each band, and `outdist`, how far pixels are from training. */
class UncertaintyParameters
{
public:
  explicit UncertaintyParameters(SpectralApplication& application);

  void Add();

  /** The output images there are. */
  static constexpr const char* Errors    = "outunc";
  static constexpr const char* Distances = "outdist";

  /** The one that is asked for; null where none is. */
  const char* GetWanted() const;

  /** Whether the errors are asked for band by band. */
  bool IsOfBands() const;

  /** Writes the styles of the images that were written, if `style` asks for them. */
  void WriteStyles();

private:
  SpectralApplication& m_Application;
  bool                 m_IsAdded = false; // an application that trains alone has no image to tell errors of
};
} // namespace Wrapper
} // namespace otb

#endif
