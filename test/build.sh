#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Configures and builds in build/; arguments are targets, all of them when there are none. OTB_DIR may name the OTB to build with.
set -eu
cd "$(dirname "$0")/.."

test/configure.sh build
cmake --build build --parallel "$(nproc)" --target "${@:-all}"
