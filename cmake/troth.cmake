# Helpers that keep every CMakeLists.txt to one line a module. Sources are globbed because a tidy
# test already refuses dead files, and because a forgotten line would hide a test.

# troth_module(name DEPS a b): src/name/*.cpp -> static library troth_name with include root src/.
function(troth_module name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS;EXCLUDE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  foreach(excluded IN LISTS ARG_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX ${excluded})
  endforeach()
  if(sources)
    add_library(troth_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(troth_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(troth_${name} ${scope} ${PROJECT_SOURCE_DIR}/src
                                                    ${PROJECT_SOURCE_DIR}/include)
  list(TRANSFORM ARG_DEPS PREPEND troth_)
  target_link_libraries(troth_${name} ${scope} troth_flags ${ARG_DEPS} ${ARG_LIBS})
endfunction()

# troth_tests(name DEPS a b): tests/unit/name/*_test.cpp -> one GoogleTest program test_name.
function(troth_tests name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/unit/${name}/*.cpp)
  if(NOT sources OR NOT TROTH_TESTS)
    return()
  endif()
  list(TRANSFORM ARG_DEPS PREPEND troth_)
  add_executable(test_${name} ${sources})
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR})
  target_compile_definitions(test_${name} PRIVATE TROTH_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(test_${name} PRIVATE ${ARG_DEPS} ${ARG_LIBS} GTest::gtest GTest::gtest_main)
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}." NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60
                       PROPERTIES LABELS unit TIMEOUT 300)
endfunction()

# troth_program(name dir DEPS a b): dir/*.cpp -> bin/name.
function(troth_program name dir)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${dir}/*.cpp)
  if(NOT sources)
    return()
  endif()
  list(TRANSFORM ARG_DEPS PREPEND troth_)
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} ${ARG_LIBS})
endfunction()
