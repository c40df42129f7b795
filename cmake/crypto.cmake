# src/crypto has one common part and two backends. The chosen one is troth_crypto; the portable one
# is also built beside it in another namespace (the macro renames troth::crypto), so that one test
# program can seal in one and open in the other, and the unit tests run over both.

if(TROTH_CRYPTO_BACKEND STREQUAL "portable")
  troth_module(crypto DEPS base LIBS PkgConfig::SODIUM EXCLUDE /openssl/)
else()
  troth_module(crypto DEPS base LIBS PkgConfig::SODIUM OpenSSL::Crypto EXCLUDE /portable/)
endif()

# What a platform would supply (src/crypto/portable/platform.h), by OpenSSL.
add_library(troth_crypto_platform STATIC EXCLUDE_FROM_ALL
            ${PROJECT_SOURCE_DIR}/tests/support/platform_openssl.cpp)
target_include_directories(troth_crypto_platform PUBLIC
  ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(troth_crypto_platform PUBLIC troth_flags OpenSSL::Crypto)
if(TROTH_CRYPTO_BACKEND STREQUAL "portable" AND NOT APPLE)
  target_link_libraries(troth_crypto PUBLIC troth_crypto_platform)
  target_compile_definitions(troth_crypto PUBLIC TROTH_CRYPTO_PORTABLE)
endif()

if(TROTH_TESTS)
  file(GLOB_RECURSE portable_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/crypto/*.cpp)
  list(FILTER portable_sources EXCLUDE REGEX /openssl/)
  add_library(troth_crypto_portable STATIC EXCLUDE_FROM_ALL ${portable_sources})
  target_compile_definitions(troth_crypto_portable PRIVATE crypto=crypto_portable)
  target_link_libraries(troth_crypto_portable PUBLIC troth_flags troth_base PkgConfig::SODIUM
                                                     troth_crypto_platform)

  file(GLOB portable_tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/unit/crypto/*_test.cpp)
  list(FILTER portable_tests EXCLUDE REGEX cross_test)
  if(portable_tests)
    add_executable(test_crypto_portable ${portable_tests})
    target_compile_definitions(test_crypto_portable PRIVATE
                               crypto=crypto_portable TROTH_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_include_directories(test_crypto_portable PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(test_crypto_portable PRIVATE troth_crypto_portable GTest::gtest
                                                       GTest::gtest_main)
    gtest_discover_tests(test_crypto_portable TEST_PREFIX "crypto_portable." DISCOVERY_TIMEOUT 60
                         PROPERTIES LABELS unit TIMEOUT 300)
  endif()
endif()
