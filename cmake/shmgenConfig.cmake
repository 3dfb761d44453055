# The CMake package of shmgen.
#
#   find_package(shmgen)                                  with -Dshmgen_DIR=.../cmake
#   shmgen_generate(TARGET market SCHEMAS market.toml)
#   target_link_libraries(app PRIVATE market)
#
#   shmgen_generate(TARGET <name> SCHEMAS <schema>... [LANG c|cpp] [OUT_DIR <dir>])
#
# generates the headers of the schemas at build time, again when a schema or what
# it imports changes, and makes an INTERFACE library of that name that carries
# their folder. LANG is cpp unless said otherwise: the C headers and the C++ layer.
# OUT_DIR is <build folder>/<name>.shmgen.
#
# The command is SHMGEN_EXECUTABLE, else found in the PATH, else where cargo leaves
# it beside this file.

find_program(SHMGEN_EXECUTABLE shmgen
  HINTS "${CMAKE_CURRENT_LIST_DIR}/../target/release" "${CMAKE_CURRENT_LIST_DIR}/../../../../bin"
  DOC "The command shmgen")

if(NOT SHMGEN_EXECUTABLE)
  set(shmgen_FOUND FALSE)
  set(shmgen_NOT_FOUND_MESSAGE
    "the command shmgen is not in the PATH: build it with `cargo build --release` or `cargo install shmgen-cli`, or set SHMGEN_EXECUTABLE")
  return()
endif()

function(shmgen_generate)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET;LANG;OUT_DIR" "SCHEMAS")
  if(NOT arg_TARGET OR NOT arg_SCHEMAS OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR
      "shmgen_generate(TARGET <name> SCHEMAS <schema>... [LANG c|cpp] [OUT_DIR <dir>]): "
      "TARGET or SCHEMAS is missing, or `${arg_UNPARSED_ARGUMENTS}` is none of its words")
  endif()
  if(NOT arg_LANG)
    set(arg_LANG cpp)
  elseif(NOT arg_LANG MATCHES "^(c|cpp)$")
    message(FATAL_ERROR "shmgen_generate: LANG is c or cpp, not `${arg_LANG}`")
  endif()
  if(NOT arg_OUT_DIR)
    set(arg_OUT_DIR "${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}.shmgen")
  endif()
  get_filename_component(out "${arg_OUT_DIR}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
  if(POLICY CMP0116)
    cmake_policy(SET CMP0116 NEW) # depfiles are relative to the folder of this call
  endif()

  set(suffixes h)
  if(arg_LANG STREQUAL cpp)
    set(suffixes h hpp)
  endif()
  # Ninja wants to know each header, and each from one command: the runtime's
  # headers are the same for all schemas, and count as made from the first.
  list(TRANSFORM suffixes PREPEND "${out}/shm_runtime." OUTPUT_VARIABLE headers)
  set(stamps)
  foreach(schema IN LISTS arg_SCHEMAS)
    get_filename_component(path "${schema}" ABSOLUTE)
    get_filename_component(stem "${schema}" NAME_WE)
    string(REGEX REPLACE "[^A-Za-z0-9_]" "_" module "${stem}")
    foreach(suffix IN LISTS suffixes)
      list(APPEND headers "${out}/${module}.${suffix}")
    endforeach()
    # Headers that would not change are left alone, so the stamp says when all was done.
    set(stamp "${out}/${stem}.stamp")
    add_custom_command(
      OUTPUT "${stamp}"
      BYPRODUCTS ${headers}
      COMMAND "${SHMGEN_EXECUTABLE}" gen "${path}" --lang ${arg_LANG} --out "${out}"
              --stamp "${stamp}" --depfile "${stamp}.d"
      MAIN_DEPENDENCY "${path}"
      DEPENDS "${SHMGEN_EXECUTABLE}"
      DEPFILE "${stamp}.d"
      COMMENT "Generating headers from ${schema}"
      VERBATIM)
    list(APPEND stamps "${stamp}")
    set(headers)
  endforeach()

  add_custom_target(${arg_TARGET}_shmgen DEPENDS ${stamps})
  add_library(${arg_TARGET} INTERFACE)
  add_dependencies(${arg_TARGET} ${arg_TARGET}_shmgen)
  target_include_directories(${arg_TARGET} INTERFACE "${out}")
endfunction()
