#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, checks the format of the files, builds everything and runs every test, those of the mathematics and the readers of files under the
# address and undefined behaviour sanitizers as well; ends non-zero when one fails. --without-qgis leaves out QGIS and the tests in it. With
# OTB_DIR in the environment, the folder that some other OTB is installed in, that one instead of Debian's.
set -eu
cd "$(dirname "$0")/.."

install=(--with-qgis)
tests=()
if [ "${1:-}" = --without-qgis ]; then
  install=()
  tests=(-LE qgis)
fi
test/install.sh "${install[@]}"
test/format.sh
test/build.sh
ctest --test-dir build --output-on-failure -j 2 "${tests[@]}"
test/sanitize.sh
