# One interface target that carries warnings, hardening, sanitizers and the linker for all targets.
add_library(troth_flags INTERFACE)
target_compile_options(troth_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Wnon-virtual-dtor
  -fvisibility=hidden -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(troth_flags INTERFACE -Wno-missing-field-initializers)
else()
  target_compile_options(troth_flags INTERFACE -Wno-missing-field-initializers
                                               -Wno-maybe-uninitialized)
  # GCC 12 at -O2 sees overruns in std::vector::insert that are not there; -O1 and clang do not.
  target_compile_options(troth_flags INTERFACE
    $<$<CONFIG:Release>:-Wno-array-bounds> $<$<CONFIG:Release>:-Wno-stringop-overflow>
    $<$<CONFIG:Release>:-Wno-stringop-overread>)
endif()
if(TROTH_WERROR)
  target_compile_options(troth_flags INTERFACE -Werror)
endif()
target_compile_definitions(troth_flags INTERFACE _GLIBCXX_ASSERTIONS)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT TROTH_SANITIZE)
  target_compile_options(troth_flags INTERFACE $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
                         $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2> -fstack-protector-strong)
endif()
if(TROTH_SANITIZE)
  target_compile_options(troth_flags INTERFACE -fsanitize=${TROTH_SANITIZE} -fno-omit-frame-pointer
                                               -fno-sanitize-recover=all)
  target_link_options(troth_flags INTERFACE -fsanitize=${TROTH_SANITIZE})
endif()
if(TROTH_FUZZ)
  target_compile_options(troth_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(TROTH_PLANTS)
  target_compile_definitions(troth_flags INTERFACE TROTH_PLANTS)
endif()
find_program(TROTH_MOLD mold)
find_program(TROTH_LLD ld.lld)
if(TROTH_MOLD)
  target_link_options(troth_flags INTERFACE -fuse-ld=mold)
elseif(TROTH_LLD)
  target_link_options(troth_flags INTERFACE -fuse-ld=lld)
endif()
