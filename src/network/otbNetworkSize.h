// SPDX-License-Identifier: Apache-2.0
#ifndef otbNetworkSize_h
#define otbNetworkSize_h

#include <cstdint>
#include <functional>
#include <string>

namespace otb
{
/** Refuses a width of a network, before it is made, by which it would have more than SpectralNetwork::MaximumParameters or its training would not fit memory.
 * \param parameters how many a network of some width has, which grows with the width.
 * \param with what else decides, for the message.
 * \throw SettingError; std::invalid_argument, of the same form, when it is the memory. */
void CheckNetworkSize(const std::string& key, std::uint64_t width, const std::function<double(double)>& parameters, const std::string& with);
} // namespace otb

#endif
