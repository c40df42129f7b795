# libtroth: the C interface as a shared library that exports include/troth.h and nothing else; and
# the C programs that use it, which are tests and examples at once.
if(TROTH_FUZZ)
  return()
endif()

add_library(troth_shared SHARED $<TARGET_OBJECTS:troth_capi>)
target_include_directories(troth_shared INTERFACE ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(troth_shared PRIVATE troth_capi)
set_target_properties(troth_shared PROPERTIES
  OUTPUT_NAME troth SOVERSION 0 LINKER_LANGUAGE CXX
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib
  LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/troth.map)
target_link_options(troth_shared PRIVATE
                    -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/troth.map)
# Once a command or an event, never once an item that is sealed or a chunk: small before fast.
target_compile_options(troth_capi PRIVATE $<$<CONFIG:Release>:-Os>)
# Templates leave many functions of the same code; nothing here compares where functions stand.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND TROTH_MOLD)
  target_link_options(troth_shared PRIVATE -Wl,--gc-sections -Wl,--icf=all)
endif()

if(NOT TROTH_TESTS)
  return()
endif()

# troth_c_program(name file): one C99 file over libtroth and OpenSSL -> bin/name and test capi.name.
function(troth_c_program name file)
  add_executable(${name} ${PROJECT_SOURCE_DIR}/${file})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  set_target_properties(${name} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
  target_compile_options(${name} PRIVATE -Wall -Wextra -pedantic -Werror -Wconversion
                                         -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
  target_link_libraries(${name} PRIVATE troth_shared OpenSSL::Crypto)
  if(TROTH_SANITIZE)
    target_compile_options(${name} PRIVATE -fsanitize=${TROTH_SANITIZE})
    target_link_options(${name} PRIVATE -fsanitize=${TROTH_SANITIZE})
  endif()
  add_test(NAME capi.${name} COMMAND ${name})
  set_tests_properties(capi.${name} PROPERTIES LABELS unit TIMEOUT 60)
endfunction()

troth_c_program(hello_c docs/examples/hello.c)
troth_c_program(pair_two tests/capi/pair_two.c)
