# SPDX-License-Identifier: Apache-2.0
# Debian keeps libraries below lib/<architecture>, where its OTB looks for applications; the loader looks there by itself.
execute_process(COMMAND dpkg-architecture -qDEB_HOST_MULTIARCH OUTPUT_VARIABLE architecture OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE libraries "${CPACK_TEMPORARY_DIRECTORY}/*.so*")
file(GLOB roots "${CPACK_TEMPORARY_DIRECTORY}/usr" "${CPACK_TEMPORARY_DIRECTORY}/*/usr")
foreach(library ${libraries})
  if(NOT IS_SYMLINK "${library}")
    file(RPATH_REMOVE FILE "${library}")
  endif()
endforeach()
foreach(root ${roots})
  file(RENAME "${root}/lib" "${root}/libraries")
  file(MAKE_DIRECTORY "${root}/lib")
  file(RENAME "${root}/libraries" "${root}/lib/${architecture}")
  # What a build links to is of no use without headers.
  file(GLOB links "${root}/lib/${architecture}/*.so")
  file(REMOVE ${links})
endforeach()
