#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the readers for that many seconds each (60), with clang's fuzzer, address and undefined behaviour sanitizers. What it finds stays in
# build/fuzz/found; what is mended becomes a seed.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}

if ! command -v clang++ >/dev/null; then
  echo "clang++ is missing: apt-get install clang libclang-rt-14-dev" >&2
  exit 1
fi
test/configure.sh build/fuzz -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_C_COMPILER=clang -DSpectraMorph_FUZZ=ON \
  -DCMAKE_CXX_FLAGS="-g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined"
cmake --build build/fuzz --parallel "$(nproc)" --target SpectraMorphFuzzArrays SpectraMorphFuzzAxis SpectraMorphFuzzModel SpectraMorphFuzzResponse

mkdir -p build/fuzz/found
for name in Response Axis Arrays Model; do
  seeds=${name,,}
  mkdir -p "build/fuzz/corpus/$seeds"
  "$(find build/fuzz -name "SpectraMorphFuzz$name" -type f)" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=16384 \
    -dict="test/fuzz/$seeds.dict" -artifact_prefix="build/fuzz/found/$seeds-" -print_final_stats=1 -verbosity=0 \
    "build/fuzz/corpus/$seeds" "test/fuzz/seeds/$seeds"
done
