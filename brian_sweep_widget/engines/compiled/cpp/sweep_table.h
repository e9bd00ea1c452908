// How a slider's value becomes a number in a binary.
//
// Where the generated code had a number that may differ from one set of
// parameters to the next, it now asks for an entry of a table, which is read
// from a file when the program starts. All else of the code is as Brian wrote it.
#pragma once
#include <cstddef>
#include <cstdint>

// An entry never changes while the program runs: `const` lets the compiler treat
// it as it would the number itself, and take it out of loops.
extern "C" double sweep_real(int entry) __attribute__((const));
extern "C" int sweep_int(int entry) __attribute__((const));
extern "C" int64_t sweep_long(int entry) __attribute__((const));

// Of this run, from the same file; seeds every random generator.
uint64_t sweep_seed();
// Whether the synapses of this name are to be written to disk at the end.
bool sweep_keeps(const char *synapses);
// How many bytes a file of results must have when all of it was written.
void sweep_expect(const char *file, size_t bytes);
// Leaves word, as the very last act, of the table used and of the sizes expected.
void sweep_finish(const char *results_dir);
