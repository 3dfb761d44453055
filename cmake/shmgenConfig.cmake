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
# OUT_DIR is <build folder>/<name>.shmgen. Two schemas whose files would have one
# name are refused; targets may share an OUT_DIR.
#
# What is made, and from what, the command tells (`shmgen gen --list`) when CMake
# configures, and again when a schema, an import or the command changes.
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

  set(stamps)
  set(passed)
  foreach(schema IN LISTS arg_SCHEMAS)
    get_filename_component(path "${schema}" ABSOLUTE)
    if(path IN_LIST passed)
      continue()
    endif()
    list(APPEND passed "${path}")
    shmgen_list_(files sources "${arg_TARGET}" "${path}" ${arg_LANG} "${out}")
    get_filename_component(name "${path}" NAME)
    # Headers that would not change are left alone, so the stamp says when all was done.
    set(stamp "${out}/${arg_TARGET}.${name}.stamp")
    # What is listed is enough to depend on. Makefiles of CMake never forget what a
    # depfile once named, and make a schema for ever whose import was renamed.
    set(depfile)
    if(CMAKE_GENERATOR MATCHES "Ninja")
      set(depfile DEPFILE "${stamp}.d")
    endif()
    add_custom_command(
      OUTPUT "${stamp}"
      BYPRODUCTS ${files}
      COMMAND "${SHMGEN_EXECUTABLE}" gen "${path}" --lang ${arg_LANG} --out "${out}"
              --stamp "${stamp}" --depfile "${stamp}.d"
      DEPENDS "${SHMGEN_EXECUTABLE}" ${sources}
      ${depfile}
      COMMENT "Generating headers from ${schema}"
      VERBATIM)
    list(APPEND stamps "${stamp}")
  endforeach()

  add_custom_target(${arg_TARGET}_shmgen DEPENDS ${stamps})
  add_library(${arg_TARGET} INTERFACE)
  add_dependencies(${arg_TARGET} ${arg_TARGET}_shmgen)
  target_include_directories(${arg_TARGET} INTERFACE "${out}")
endfunction()

# Asks the command what it makes of a schema: `files` are those that no command
# is said to make yet, `sources` the schema and its imports.
function(shmgen_list_ files_variable sources_variable target path lang out)
  execute_process(
    COMMAND "${SHMGEN_EXECUTABLE}" gen "${path}" --list --lang ${lang} --out "${out}"
    OUTPUT_VARIABLE told
    RESULT_VARIABLE failed)
  # Another import, or another version of the command, may mean other files.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}" "${SHMGEN_EXECUTABLE}")
  if(failed)
    message(FATAL_ERROR
      "shmgen_generate(TARGET ${target}): `${SHMGEN_EXECUTABLE} gen ${path} --list` failed (${failed}); see above")
  endif()

  set(sources)
  string(JSON count LENGTH "${told}" sources)
  math(EXPR last "${count} - 1")
  foreach(i RANGE ${last})
    string(JSON source GET "${told}" sources ${i})
    list(APPEND sources "${source}")
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})

  # Ninja wants to know each file, and each from one command. A file that several
  # schemas bring along is the same for each of them, and counts as made from the
  # first; two schemas with files of one name would overwrite each other's.
  set(files)
  string(JSON count LENGTH "${told}" origins)
  math(EXPR last "${count} - 1")
  foreach(i RANGE ${last})
    string(JSON file GET "${told}" origins ${i} file)
    string(JSON source ERROR_VARIABLE none GET "${told}" origins ${i} source)
    get_property(known GLOBAL PROPERTY "shmgen_source_of_${file}" SET)
    get_property(other GLOBAL PROPERTY "shmgen_source_of_${file}")
    if(NOT known)
      set_property(GLOBAL PROPERTY "shmgen_source_of_${file}" "${source}")
      list(APPEND files "${file}")
    elseif(NOT other STREQUAL source)
      get_filename_component(name "${file}" NAME)
      message(FATAL_ERROR
        "shmgen_generate(TARGET ${target}): both of these would be generated as ${name} in ${out}:\n"
        "  ${other}\n  ${source}\n"
        "Rename one of them, or put it in a target of its own, with an OUT_DIR of its own.")
    endif()
  endforeach()
  set(${files_variable} "${files}" PARENT_SCOPE)
  set(${sources_variable} "${sources}" PARENT_SCOPE)
endfunction()
