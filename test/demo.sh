#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, and shows the module at work on the synthetic scene, whose sharp hyperspectral image is known: makes the two images that
# sensors would have taken of it, fuses them by the two published methods, refines the first one's result by the LR-HSI, lets the module choose among all
# methods, prints scores against the truth and draws pictures. Everything goes to build/demo. With OTB_DIR in the environment, the folder that some other OTB
# is installed in, that one runs it instead of Debian's.
set -eu
cd "$(dirname "$0")/.."

# The scene, and the sensors that look at it.
size=256
bands=96
ratio=4
sensor=ikonosbgrn

test/install.sh
test/build.sh SpectraMorphDemo

out=build/demo
log=$out/log.txt
mkdir -p "$out"
rm -f "$out"/*.png "$out"/*-scores.json "$out"/report.html
: >"$log"
# The launchers of the build folder and OTB's own, and where they look for the module's applications before OTB's own.
programs=$(dirname "$(sed -n 's/^SpectraMorph_LAUNCHER:FILEPATH=//p' build/CMakeCache.txt)")
export PATH=$PWD/build/bin:$programs:$PATH
export OTB_APPLICATION_PATH=$PWD/build/lib/otb/applications
# What otbenv.profile of OTB 9 and later says; otbcli runs it otherwise.
export OTB_INSTALL_DIR=${programs%/bin}

# Runs a command with its output in the log; says how long it took, or shows the log's end when it failed.
step()
{
  local title=$1 begin=$SECONDS
  shift
  printf '%-70s' "$title"
  printf '\n$ %s\n' "$*" >>"$log"
  # Not every failing application says so by its exit status.
  local from
  from=$(($(wc -l <"$log") + 1))
  if ! "$@" >>"$log" 2>&1 || tail -n "+$from" "$log" | grep -q '(FATAL)'; then
    printf ' failed\n\n' >&2
    tail -n "+$((from - 1))" "$log" | tail -n 30 >&2
    exit 1
  fi
  printf ' %4d s\n' $((SECONDS - begin))
}

echo
step "scene: ${size} x ${size} pixels, ${bands} bands" \
  otbSyntheticSceneGenerator -out $out/truth.tif -size $size $size -bands $bands -seed 1
step "LR-HSI: Gaussian blur, 1 pixel for ${ratio} x ${ratio}, SNR 35 dB" \
  otbcli_SpatialDegradation -in $out/truth.tif -psf gaussian -sigma 1.7 -ratio $ratio -snr 35 -rand 1 -out $out/lr.tif float
step "HR-MSI: bands of ${sensor}, SNR 40 dB" \
  otbcli_SpectralResponseDegradation -in $out/truth.tif -srf sensor -srf.sensor.name $sensor -snr 40 -rand 1 -out $out/msi.tif float
step "baseline: the LR-HSI up-sampled by cubic convolution" \
  /usr/bin/python3 test/demo/upsample.py $out/lr.tif $out/msi.tif $out/bicubic.tif
step "HyperspectralSuperResolution -method morph -refine false (SpectraMorph)" \
  otbcli_HyperspectralSuperResolution -inhs $out/lr.tif -inms $out/msi.tif -srf sensor -srf.sensor.name $sensor -method morph -refine false -rand 1 \
  -out $out/morph.tif float -outab $out/abundances.tif float -outem $out/endmembers.tif float -model $out/morph.json
step "HyperspectralSuperResolution -method lift -refine false (SpectraLift)" \
  otbcli_HyperspectralSuperResolution -inhs $out/lr.tif -inms $out/msi.tif -srf sensor -srf.sensor.name $sensor -method lift -refine false -rand 1 \
  -out $out/lift.tif float -model $out/lift.json
step "SpectralInversion of SpectraMorph's model, refined by the LR-HSI" \
  otbcli_SpectralInversion -inms $out/msi.tif -inhs $out/lr.tif -model $out/morph.json -out $out/refined.tif float
step "HyperspectralSuperResolution -method auto (all methods, refined)" \
  otbcli_HyperspectralSuperResolution -inhs $out/lr.tif -inms $out/msi.tif -srf sensor -srf.sensor.name $sensor -method auto -rand 1 \
  -out $out/auto.tif float -outunc $out/expected.tif float -report $out/report.html
for image in bicubic morph lift refined auto; do
  step "HyperspectralQuality of $image.tif" \
    otbcli_HyperspectralQuality -in $out/$image.tif -ref $out/truth.tif -ratio $ratio -peak 1 -outjson $out/$image-scores.json
done
step "HyperspectralQuality of expected.tif, auto.tif's errors" \
  otbcli_HyperspectralQuality -in $out/auto.tif -ref $out/truth.tif -ratio $ratio -inunc $out/expected.tif -outjson $out/expected-scores.json
step "pictures" /usr/bin/python3 test/demo/pictures.py $out

printf '\nScores at LR-HSI pixels that were held out, without the truth (1: noise alone):\n'
sed -n 's/^.*: Score of \(.*; \(taken\|left out\)\)$/  \1/p' $log
printf '\nScores against the truth, a reflectance (PSNR for a peak of 1):\n'
/usr/bin/python3 test/demo/scores.py "up-sampled LR-HSI=$out/bicubic-scores.json" "SpectraMorph=$out/morph-scores.json" "SpectraLift=$out/lift-scores.json" \
  "SpectraMorph refined=$out/refined-scores.json" "all, refined=$out/auto-scores.json"
printf '\nErrors expected of the last one without the truth, over those found (1 is right): '
sed -n 's/^uncertainty.ratio: //p' $log
printf '\nReport of the last run:\n%s\n' "$PWD/$out/report.html"
printf '\nPictures:\n'
ls "$PWD/$out"/*.png
