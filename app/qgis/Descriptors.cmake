# SPDX-License-Identifier: Apache-2.0
# Describes the applications `names` in the folder `from` to QGIS, as files in the folder `to`, with OTB's `tool`.
# The tool adds to the list of what is there.
file(REMOVE_RECURSE "${to}")
file(MAKE_DIRECTORY "${to}")
foreach(name ${names})
  # Up to OTB 9.1.0 the tool takes an application's name, from 9.1.1 on a file of names: such a file is called as the application is.
  file(WRITE "${to}/list/${name}" "${name}\n")
  execute_process(COMMAND "${tool}" ${name} "${from}" "${to}/" WORKING_DIRECTORY "${to}/list" RESULT_VARIABLE result OUTPUT_VARIABLE log ERROR_VARIABLE log)
  if(NOT result EQUAL 0 OR NOT EXISTS "${to}/${name}.txt")
    file(REMOVE_RECURSE "${to}")
    message(FATAL_ERROR "${tool} failed on ${name}: ${result}\n${log}")
  endif()
  # QGIS asks for every optional output unless told otherwise, and complains of those that a method does not have.
  file(READ "${to}/${name}.txt" text)
  string(REGEX REPLACE "(Destination\\|[^\n]*\\|True)\n" "\\1|False\n" text "${text}")
  # Numbers without a default of their own get 0, which the applications do not take for one.
  string(REGEX REPLACE "(\\|(nodata|snr)\\|[^|]*\\|[^|]*\\|)0\\|" "\\1None|" text "${text}")
  file(WRITE "${to}/${name}.txt" "${text}")
endforeach()
file(REMOVE_RECURSE "${to}/list")
