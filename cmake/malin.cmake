# How every part of Malin is compiled: warnings are errors, and a folder is a library made of all its .cpp files.

add_library(malin_options INTERFACE)
target_include_directories(malin_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(malin_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
# GCC reports these inside correct coroutine and <variant> code, takes what a function within a function names for a
# shadow, and GoogleTest's macros after an if for a doubt. Clang's opinion of the last two is asked for.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(malin_options INTERFACE -Wno-maybe-uninitialized -Wno-missing-field-initializers -Wno-shadow
    -Wno-dangling-else)
else()
  target_compile_options(malin_options INTERFACE -Wno-missing-designated-field-initializers)
endif()
target_compile_definitions(malin_options INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED)
if(MALIN_SANITIZE)
  # Without the two macros ASan cannot see a coroutine frame that is used after its end.
  target_compile_definitions(malin_options INTERFACE
    BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING BOOST_ASIO_DISABLE_SMALL_BLOCK_RECYCLING)
  target_compile_options(malin_options INTERFACE -fsanitize=${MALIN_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer -gline-tables-only)
  target_link_options(malin_options INTERFACE -fsanitize=${MALIN_SANITIZE})
endif()

# malin_library(NAME FOLDER LIBS...): a static library of every .cpp directly in FOLDER.
function(malin_library name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  if(NOT sources)
    add_library(${name} INTERFACE)
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC malin_options ${ARGN})
  # The tests themselves stay unoptimised: they compile in half the time. So does what ThreadSanitizer looks at, which
  # mostly waits.
  if(MALIN_SANITIZE AND NOT MALIN_SANITIZE STREQUAL "thread")
    target_compile_options(${name} PRIVATE -O1)
  endif()
endfunction()

# malin_test(NAME FOLDER LIBS...): one GoogleTest program of every .cpp directly in FOLDER.
function(malin_test name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE MALIN_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
  target_link_libraries(${name} PRIVATE ${ARGN} GTest::gmock GTest::gtest_main)
  include(GoogleTest)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${name}/" PROPERTIES TIMEOUT 120)
endfunction()
