#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Configures and builds in build/; arguments are targets, all of them when there are none.
set -eu
cd "$(dirname "$0")/.."

options=()
if command -v ccache >/dev/null; then
  options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
# An existing build folder keeps its generator.
if [ ! -e build/CMakeCache.txt ] && command -v ninja >/dev/null; then
  options+=(-G Ninja)
fi
mkdir -p build
if ! cmake -S . -B build "${options[@]}" >build/configure.log 2>&1; then
  cat build/configure.log >&2
  exit 1
fi
cmake --build build --parallel "$(nproc)" --target "${@:-all}"
