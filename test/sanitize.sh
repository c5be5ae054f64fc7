#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds tests with a sanitizer in build/<sanitizer> and runs them: test/sanitize.sh [address,undefined|thread [unit|filter|all]]. By default the unit tests,
# under the address and undefined behaviour sanitizers. Any report fails the test.
set -eu
cd "$(dirname "$0")/.."
sanitizer=${1:-address,undefined}
suite=${2:-unit}
build=build/${sanitizer//,/-}

case $suite in
  unit) targets=(SpectraMorphUnitTests SpectraMorphFuzzArrays SpectraMorphFuzzAxis SpectraMorphFuzzModel SpectraMorphFuzzResponse) tests='^(unit|fuzz)/' ;;
  filter) targets=(SpectraMorphFilterTests) tests='^filter/' ;;
  *) targets=(SpectraMorphUnitTests SpectraMorphFilterTests SpectraMorphFuzzArrays SpectraMorphFuzzAxis SpectraMorphFuzzModel SpectraMorphFuzzResponse) tests='^(unit|filter|fuzz)/' ;;
esac

# Numbers of the unit tests are those of optimised code, which also keeps them quick.
test/configure.sh "$build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="" \
  -DCMAKE_CXX_FLAGS="-g1 -O1 -fno-omit-frame-pointer -fsanitize=$sanitizer -fno-sanitize-recover=all"
cmake --build "$build" --parallel "$(nproc)" --target "${targets[@]}"
# OTB and ITK are not instrumented; their threads' beginnings and ends are seen nevertheless. GDAL takes two locks of its own in either order when it starts.
suppressions=$PWD/$build/suppressions.txt
echo "deadlock:CPLAcquireMutex" >"$suppressions"
export TSAN_OPTIONS="halt_on_error=1:exitcode=66:suppressions=$suppressions ${TSAN_OPTIONS:-}"
export ASAN_OPTIONS="detect_leaks=1:strict_string_checks=1:check_initialization_order=1 ${ASAN_OPTIONS:-}"
ctest --test-dir "$build" --output-on-failure -j 2 -R "$tests"
