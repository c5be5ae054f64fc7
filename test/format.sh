#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fails where the C++ files that git knows are not formatted as .clang-format says; with --fix, formats them. Other versions than Debian 12's, 14, differ in details.
set -eu
cd "$(dirname "$0")/.."

if ! git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  echo "The format is not checked: this is no git work tree, whose files it would be checked of" >&2
  exit 0
fi
format=$(command -v clang-format-14 || command -v clang-format || true)
if [ -z "$format" ]; then
  echo "clang-format is missing: test/install.sh installs it" >&2
  exit 1
fi
options=(--dry-run --Werror)
if [ "${1:-}" = --fix ]; then
  options=(-i)
fi
git ls-files -z --cached -- '*.h' '*.hxx' '*.cxx' | xargs -0 --no-run-if-empty "$format" --style=file "${options[@]}"
