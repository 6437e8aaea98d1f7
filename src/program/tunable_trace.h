// How the way of a constant to its consumer is told: the sentences of a finding's evidence.
#pragma once

#include "program/tunables.h"

namespace plumbline {

// "passed to usleep()", "stored in 'timeout_'".
std::string flow_sentence(const Program& program, const FlowFact& flow);

// Where the first flow of a constant ends, as a noun: "the call of pause()".
std::string stop_text(const Program& program, const FlowFact& flow);

// Adds a step, unless it stands outside our files, is there already, or there are enough.
void add_evidence(const Program& program, Tunable& tunable, const Location& location, std::string message);

} // namespace plumbline
