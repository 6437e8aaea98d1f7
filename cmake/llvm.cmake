# LLVM and Clang 22 as static archives: one binary that starts in milliseconds and runs without an LLVM installation.
# Debian's clang* targets name the shared LLVM library in their interface; it is replaced on all of them, because with
# only some rewritten libLLVM comes back in, with z3, libedit, libxml2 and icu behind it (check with ldd).
find_package(LLVM 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22)
find_package(Clang 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22)

llvm_map_components_to_libnames(PLUMBLINE_LLVM_ARCHIVES support option frontendopenmp frontendhlsl frontendoffloading
  frontendatomic frontenddirective windowsdriver targetparser mcparser mc bitreader irreader core binaryformat demangle profiledata X86)
foreach(name IN LISTS CLANG_EXPORTED_TARGETS)
  if(TARGET ${name})
    get_target_property(kind ${name} TYPE)
    get_target_property(libraries ${name} INTERFACE_LINK_LIBRARIES)
    if(kind STREQUAL "STATIC_LIBRARY" AND libraries)
      list(REMOVE_ITEM libraries LLVM)
      set_target_properties(${name} PROPERTIES INTERFACE_LINK_LIBRARIES "${libraries};${PLUMBLINE_LLVM_ARCHIVES}")
    endif()
  endif()
endforeach()
set(PLUMBLINE_CLANG_LIBRARIES clangTooling clangFrontend clangDriver clangSerialization clangParse clangSema clangAnalysis
  clangAST clangASTMatchers clangIndex clangLex clangBasic ${PLUMBLINE_LLVM_ARCHIVES})
