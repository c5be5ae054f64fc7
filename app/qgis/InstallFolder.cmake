# SPDX-License-Identifier: Apache-2.0
# Makes the folder that QGIS's OTB provider is pointed to: OTB's `launcher` and `otb_applications`, and beside them the module's `names`, which are in
# `module_applications` below the prefix. Links, so that an update of either is seen at once; the descriptors are copies, for their list must be one file.
get_filename_component(prefix "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}" ABSOLUTE)
get_filename_component(otb "${launcher}" DIRECTORY)
get_filename_component(otb "${otb}" DIRECTORY)
set(folder "${prefix}/lib/otb/qgis")
if(NOT EXISTS "${otb}/share/otb/description/algs.txt")
  message(STATUS "Nothing is installed for QGIS: expected OTB's descriptors in ${otb}/share/otb/description (Debian: otb-qgis)")
  return()
endif()

file(REMOVE_RECURSE "${folder}")
file(MAKE_DIRECTORY "${folder}/bin" "${folder}/lib/otb/applications" "${folder}/share/otb")
foreach(program otbApplicationLauncherCommandLine otbQgisDescriptor)
  file(CREATE_LINK "${otb}/bin/${program}" "${folder}/bin/${program}" SYMBOLIC)
endforeach()
file(GLOB applications "${otb_applications}/otbapp_*")
foreach(application ${applications})
  get_filename_component(file "${application}" NAME)
  # It has no descriptor.
  if(NOT file MATCHES "TestApplication")
    file(CREATE_LINK "${application}" "${folder}/lib/otb/applications/${file}" SYMBOLIC)
  endif()
endforeach()
file(COPY "${otb}/share/otb/description" DESTINATION "${folder}/share/otb")
file(READ "${prefix}/share/spectramorph/algs.txt" list)
file(APPEND "${folder}/share/otb/description/algs.txt" "${list}")
foreach(name ${names})
  file(GLOB application "${prefix}/${module_applications}/otbapp_${name}.*")
  get_filename_component(file "${application}" NAME)
  file(CREATE_LINK "${application}" "${folder}/lib/otb/applications/${file}" SYMBOLIC)
  file(COPY "${prefix}/share/otb/description/${name}.txt" DESTINATION "${folder}/share/otb/description")
endforeach()
# The loader does not follow links when an application looks for libraries relative to itself: the module's, and OTB's where it is in a prefix of its own.
file(GLOB libraries "${prefix}/lib/libotbSpectraMorph*")
if(NOT otb STREQUAL "/usr")
  file(GLOB others "${otb}/lib/*.so*")
  list(APPEND libraries ${others})
endif()
foreach(library ${libraries})
  get_filename_component(file "${library}" NAME)
  file(CREATE_LINK "${library}" "${folder}/lib/${file}" SYMBOLIC)
endforeach()

message(STATUS "QGIS: Plugins > Manage and Install Plugins: tick OrfeoToolbox provider, which QGIS 3.36 and later install there. Settings > Options > Processing > Providers > OTB:
     OTB folder:              ${folder}
     OTB application folder:  ${folder}/lib/otb/applications
   Help pages: file://${prefix}/share/doc/spectramorph/html/index.html")
if(folder MATCHES " ")
  message(WARNING "QGIS's OTB provider cannot use a folder whose path has a space: ${folder}")
endif()
