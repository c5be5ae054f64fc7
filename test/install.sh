#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that building, testing and the demo need, when they are missing; with --with-qgis, QGIS for its tests, some 490 MB, as well.
# Where OTB_DIR names an OTB, Debian's is left out; what that one is made of (ITK, GDAL, Boost, with their headers) has come with it.
set -eu

packages=(
  # The compiler and its tools.
  g++ cmake ninja-build ccache pkg-config
  # What the module is made of.
  libeigen3-dev libhwy-dev nlohmann-json3-dev
  # Tests and pictures.
  libgtest-dev python3 python3-numpy python3-gdal python3-matplotlib
  # More than one machine.
  python3-distributed
  # The Debian package.
  dpkg-dev file
  # The check of the format.
  clang-format
)
if [ -z "${OTB_DIR:-}" ]; then
  packages+=(
    # libotb-dev does not bring along all that it refers to: a tool of otb-qgis, FFTW and TinyXML.
    libotb-dev otb-qgis libfftw3-dev libtinyxml-dev libgdal-dev
    # The launchers, and OTB's own applications, which the module's run beside.
    otb-bin libotb-apps
  )
fi
if [ "${1:-}" = --with-qgis ]; then
  packages+=(qgis)
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  if [ "$status" != installed ]; then
    missing+=("$package")
  fi
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo)
fi
echo "Installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}"
