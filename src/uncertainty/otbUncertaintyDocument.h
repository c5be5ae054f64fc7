// SPDX-License-Identifier: Apache-2.0
#ifndef otbUncertaintyDocument_h
#define otbUncertaintyDocument_h

#include "SpectraMorphExport.h"
#include "otbSpectralUncertainty.h"
#include "otbStrictJson.h"

namespace otb
{
/** A SpectralUncertaintyModel as a JSON object; numbers come back with the same bits. */
SpectraMorph_EXPORT strictjson::Json ToJson(const SpectralUncertaintyModel& model);

/** \throw std::invalid_argument or Json::exception when it is none. */
SpectraMorph_EXPORT SpectralUncertaintyModel UncertaintyFrom(const strictjson::Json& json);
} // namespace otb

#endif
