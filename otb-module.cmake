# SPDX-License-Identifier: Apache-2.0
set(DOCUMENTATION "Hyperspectral super-resolution: fuses a coarse hyperspectral image with a sharp
multispectral, RGB or panchromatic image of the same ground into a sharp hyperspectral image, by the
self-supervised methods SpectraMorph (arXiv 2510.20814) and SpectraLift (arXiv 2507.13339), as
streaming filters and applications.")

set(SpectraMorph_OTB_MODULES
  OTBApplicationEngine
  OTBBoost
  OTBCommon
  OTBGDAL
  OTBIOGDAL
  OTBITK
  OTBImageBase
  OTBImageIO
  OTBImageManipulation
  OTBMetadata
  OTBStatistics
  OTBStreaming
  OTBTransform
)

otb_module(SpectraMorph
  DEPENDS
    ${SpectraMorph_OTB_MODULES}
  TEST_DEPENDS
    OTBTestKernel
    OTBCommandLine
  DESCRIPTION
    "${DOCUMENTATION}"
)
