#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the Debian package and tries it in a bare Debian 12, which needs root, debootstrap, dpkg-dev and a network: installs it, runs an application in
# the shell and in otbgui, updates OTB's descriptors under it, removes it, and looks whether everything is as it was. Not part of the tests for the time it
# takes.
#
# usage: test/package.sh [--with-qgis] [mirror]
#
# --with-qgis installs QGIS too (490 MB) and looks into its toolbox.
set -eu
cd "$(dirname "$0")/.."

qgis=
if [ "${1:-}" = --with-qgis ]; then
  qgis=qgis
  shift
fi
mirror=${1:-http://deb.debian.org/debian}

test/build.sh
(cd build && rm -f spectramorph_*.deb && cpack -G DEB >package.log 2>&1) || { cat build/package.log >&2; exit 1; }
package=$(ls build/spectramorph_*.deb)
echo "$package: $(du -h "$package" | cut -f1)"

root=$(mktemp -d)
clean()
{
  umount -l "$root/proc" "$root/dev" 2>/dev/null || true
  rm -rf --one-file-system "$root"
}
trap clean EXIT
# apt runs as another user.
chmod 755 "$root"
debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "$mirror" >"$root.log" 2>&1 || { tail "$root.log" >&2; exit 1; }
rm -f "$root.log"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"
cp "$package" "$root/root/"
inside()
{
  chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 QT_QPA_PLATFORM=offscreen \
    ${http_proxy:+http_proxy=$http_proxy} bash -euc "$1"
}
inside 'apt-get update -qq && apt-get install -y -qq --no-install-recommends otb-bin otb-qgis otb-bin-qt gdal-bin '$qgis' >/dev/null 2>&1
  cd /; md5sum usr/share/otb/description/* >/root/sums
  find etc usr -type f ! -name "*.cache" ! -name "*.pyc" ! -path "*fontconfig*" | sort >/root/files'
echo "A bare system with OTB"

list=/usr/share/otb/description/algs.txt
has_list()
{
  inside '[ "$(grep -c "|SpectralInversion\$\||HyperspectralSuperResolution\$\||Rescale\$" '$list')" = 3 ] && [ -z "$(sort '$list' | uniq -d)" ]
    [ -z "$(dpkg --verify spectramorph otb-qgis)" ]'
}
inside 'apt-get install -y -qq --no-install-recommends /root/spectramorph_*.deb >/dev/null'
has_list
inside 'apt-get install -y -qq --reinstall otb-qgis >/dev/null 2>&1; apt-get install -y -qq --reinstall /root/spectramorph_*.deb >/dev/null 2>&1'
has_list
echo "installed, and installed again: QGIS's list of applications is whole"

inside 'cd /root; gdal_create -q -ot Float32 -outsize 40 40 -bands 10 -burn 0.5 in.tif; seq 400 50 850 >wl.txt
  otbcli_SpectralResponseDegradation -in in.tif -wl wl.txt -srf bands -srf.bands.list 490:65,560:35,665:30 -out out.tif 2>&1 | grep -q "(FATAL)" && exit 1
  gdalinfo -stats out.tif | grep -q "Band 3 " && gdalinfo -stats out.tif | grep -q "STATISTICS_MEAN=0.5"
  otbcli_HyperspectralSuperResolution 2>&1 | grep -q "file:///usr/share/doc/spectramorph/html/HyperspectralSuperResolution.html"
  code=0; timeout 8 otbgui_HyperspectralSuperResolution >gui.log 2>&1 || code=$?; [ $code = 124 ] || { cat gui.log; exit 1; }'
echo "otbcli and otbgui run it"

if [ -n "$qgis" ]; then
  inside 'mkdir -p -m 700 /tmp/q/profiles/default/QGIS; printf "%s\n" "[PythonPlugins]" otbprovider=true "[Processing]" "Configuration\\OTB_FOLDER=/usr" \
      "Configuration\\OTB_APP_FOLDER=/usr/lib/$(ls /usr/lib | grep -m 1 -- -linux-gnu)/otb/applications" >/tmp/q/profiles/default/QGIS/QGIS3.ini
    export QGIS_CUSTOM_CONFIG_PATH=/tmp/q XDG_RUNTIME_DIR=/tmp/q
    qgis_process.bin list 2>/dev/null | grep -c "otb:\(Hyperspectral\|NMF\|LinearMixing\|Spectral\|Spatial\|TrainSpectral\)"
    cd /root; qgis_process.bin run otb:SpectralResponseDegradation -- in=in.tif wl=/root/wl.txt srf=bands srf.bands.list=490:65 out=/root/q.tif >q.log 2>&1
    gdalinfo q.tif >/dev/null || { cat q.log; exit 1; }; rm -rf /tmp/q'
  echo "QGIS runs it"
fi

inside 'apt-get remove -y -qq --autoremove spectramorph >/dev/null
  cd /; md5sum --quiet -c /root/sums; [ -z "$(dpkg --verify otb-qgis)" ]
  find etc usr -type f ! -name "*.cache" ! -name "*.pyc" ! -path "*fontconfig*" | sort | diff /root/files -'
echo "removed: everything is as it was"
