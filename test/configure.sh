#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Configures a build folder: test/configure.sh BUILD-FOLDER [options of cmake], with ninja and ccache where they are. One that was made with another OTB than
# OTB_DIR names is begun anew. Shows what cmake says when it fails.
set -eu
cd "$(dirname "$0")/.."
build=$1
shift

mkdir -p "$build"
if [ -n "${OTB_DIR:-}" ] && [ -e "$build/CMakeCache.txt" ]; then
  made_with=$(sed -n 's/^OTB_DIR:PATH=//p' "$build/CMakeCache.txt")
  case "$(realpath -m "$made_with")/" in
    "$(realpath -m "$OTB_DIR")"/*) ;;
    *) rm -rf "$build/CMakeCache.txt" "$build/CMakeFiles" "$build/bin" "$build/lib" ;;
  esac
fi
options=()
if command -v ccache >/dev/null; then
  options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
# An existing build folder keeps its generator.
if [ ! -e "$build/CMakeCache.txt" ] && command -v ninja >/dev/null; then
  options+=(-G Ninja)
fi
if ! cmake -S . -B "$build" "${options[@]}" "$@" >"$build/configure.log" 2>&1; then
  cat "$build/configure.log" >&2
  exit 1
fi
