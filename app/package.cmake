# SPDX-License-Identifier: Apache-2.0
# A Debian package that installs beside Debian's OTB: cpack -G DEB in the build folder.
if(NOT SpectraMorph_QGIS_DESCRIPTOR)
  return()
endif()
set(package ${CMAKE_CURRENT_LIST_DIR}/package)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME spectramorph)
set(CPACK_PACKAGE_CONTACT "The SpectraMorph module's authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Hyperspectral super-resolution for Orfeo ToolBox and QGIS")
# Debian's long descriptions are in lines of at most 80 columns.
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Applications of Orfeo ToolBox that fuse a coarse hyperspectral image with a
sharp multispectral, RGB or panchromatic one into a sharp hyperspectral
image, by the self-supervised methods SpectraMorph and SpectraLift, and
applications that simulate and judge such images. They run in the shell
(otbcli_HyperspectralSuperResolution and others), in otbgui, in the toolbox
of QGIS, and in tiles on the machines of a Dask cluster
(spectramorph-farm).")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
# The headers are for those who build OTB modules; QGIS's folder is OTB's own.
set(CPACK_COMPONENTS_ALL Runtime RuntimeLibraries Package)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS otb-bin)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "otb-bin-qt, otb-qgis, python3-distributed, python3-gdal")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS qgis)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${package}/postinst ${package}/postrm ${package}/triggers)
set(CPACK_PRE_BUILD_SCRIPTS ${package}/layout.cmake)

install(FILES ${package}/copyright DESTINATION share/doc/spectramorph COMPONENT Package)
include(CPack)
