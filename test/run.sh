#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds everything and runs every test, those of the mathematics and the readers of files under the address and undefined behaviour
# sanitizers as well; ends non-zero when one fails.
set -eu
cd "$(dirname "$0")/.."

test/install.sh
test/build.sh
ctest --test-dir build --output-on-failure -j 2
test/sanitize.sh
