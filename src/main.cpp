#include "cli/cli.h"

int main(int argc, char** argv) { return plumbline::run(argc, argv); }
