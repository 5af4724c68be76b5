# The web page: built from web/ with node, and compiled in, so that whoever has the program has the page.

find_program(MALIN_NODE NAMES node nodejs)
find_program(MALIN_NPM NAMES npm)
if(NOT MALIN_NODE OR NOT MALIN_NPM)
  message(FATAL_ERROR "The web page is built with node (18 or later) and npm, and "
    "${MALIN_NODE} / ${MALIN_NPM} is what was found of them. scripts/setup demo installs both.")
endif()
execute_process(COMMAND ${MALIN_NODE} -p "process.versions.node.split('.')[0]"
  OUTPUT_VARIABLE MALIN_NODE_MAJOR OUTPUT_STRIP_TRAILING_WHITESPACE)
if(MALIN_NODE_MAJOR LESS 18)
  message(FATAL_ERROR "The web page is built with node 18 or later; ${MALIN_NODE} is version ${MALIN_NODE_MAJOR}.")
endif()

# malin_embed_page(TARGET FOLDER): adds the page of FOLDER to TARGET, as what api/page.hpp calls page_files().
function(malin_embed_page target folder)
  set(installed ${folder}/node_modules/.package-lock.json)  # Written last by npm.
  set(embedded ${CMAKE_BINARY_DIR}/page/page_files.cpp)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/src/*)
  add_custom_command(OUTPUT ${installed}
    COMMAND ${MALIN_NPM} ci --no-audit --no-fund --loglevel=error
    COMMAND ${CMAKE_COMMAND} -E touch ${installed}
    DEPENDS ${folder}/package.json ${folder}/package-lock.json
    WORKING_DIRECTORY ${folder} COMMENT "Installing what the web page is built with" VERBATIM)
  add_custom_command(OUTPUT ${embedded}
    COMMAND ${MALIN_NODE} build.mjs --out ${CMAKE_BINARY_DIR}/page
    DEPENDS ${installed} ${folder}/build.mjs ${sources}
    WORKING_DIRECTORY ${folder} COMMENT "Building the web page" VERBATIM)
  target_sources(${target} PRIVATE ${embedded})
  set_source_files_properties(${embedded} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
