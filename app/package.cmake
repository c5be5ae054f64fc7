# SPDX-License-Identifier: Apache-2.0
# Packages, made in the build folder: `cpack -G DEB` one that installs beside the OTB that the module was built with, `cpack -G TGZ` an archive to be unpacked
# anywhere.
if(NOT SpectraMorph_QGIS_DESCRIPTOR OR NOT OTB_INSTALL_PREFIX)
  return()
endif()
set(package ${CMAKE_CURRENT_LIST_DIR}/package)
install(FILES ${package}/copyright DESTINATION share/doc/spectramorph COMPONENT Package)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME spectramorph)
set(CPACK_PACKAGE_CONTACT "The SpectraMorph module's authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Hyperspectral super-resolution for Orfeo ToolBox and QGIS")
# Another OTB would not load it.
set(CPACK_PACKAGE_FILE_NAME "spectramorph-${PROJECT_VERSION}-otb-${OTB_VERSION}-${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_STRIP_FILES ON)
set(CPACK_PROJECT_CONFIG_FILE ${package}/generator.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${package}/layout.cmake)
# The folder of QGIS's is OTB's own where the package lies beside it, and has links to OTB, which an archive cannot. Headers are for those who build OTB
# modules. OTB's versions call these, and the others, by names of their own.
get_cmake_property(components COMPONENTS)
list(REMOVE_ITEM components Qgis Development)
foreach(component ${components})
  list(APPEND CPACK_INSTALL_CMAKE_PROJECTS ${CMAKE_BINARY_DIR} SpectraMorph ${component} /)
endforeach()

# Debian's long descriptions are in lines of at most 80 columns.
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Applications of Orfeo ToolBox that fuse a coarse hyperspectral image with a
sharp multispectral, RGB or panchromatic one into a sharp hyperspectral
image, by the self-supervised methods SpectraMorph and SpectraLift, and
applications that simulate and judge such images. They run in the shell
(otbcli_HyperspectralSuperResolution and others), in otbgui, in the toolbox
of QGIS, and in tiles on the machines of a Dask cluster
(spectramorph-farm).")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_SpectraMorph_PREFIX ${OTB_INSTALL_PREFIX})
file(RELATIVE_PATH CPACK_SpectraMorph_APPLICATIONS ${OTB_INSTALL_PREFIX} ${OTB_APPLICATION_PATH})
foreach(script postinst postrm triggers)
  configure_file(${package}/${script} ${CMAKE_BINARY_DIR}/package/${script} @ONLY)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_BINARY_DIR}/package/${script})
endforeach()
if(OTB_INSTALL_PREFIX STREQUAL "/usr")
  set(CPACK_DEBIAN_PACKAGE_DEPENDS otb-bin)
  set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "otb-bin-qt, otb-qgis, python3-distributed, python3-gdal")
  set(CPACK_DEBIAN_PACKAGE_SUGGESTS qgis)
endif()
include(CPack)
