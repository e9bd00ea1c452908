// See sweep_table.h. The file of the table is: the shape (SWEEP_SHAPE, 32 bytes),
// the seed and the number of entries (8 bytes each), the entries (8 bytes each:
// a double or a whole number, as the code that asks for it knows).
#include "sweep_table.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>
#ifdef __linux__
#include <signal.h>
#include <sys/prctl.h>
#endif
#include "sweep_shape.h"

namespace {

struct Header {
    char shape[32];
    uint64_t seed;
    uint64_t entries;
};

struct Table {
    Header header;
    int64_t entries[SWEEP_ENTRIES + 1];  // no array is empty in C++
};

[[noreturn]] void refuse(const char *why) {
    std::fprintf(stderr, "sweep table: %s\n", why);
    _exit(3);
}

Table read_table() {
#ifdef __linux__
    // A killed worker must not leave a simulation behind.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    Table table;
    const char *path = std::getenv("SWEEP_TABLE");
    if (path == nullptr) refuse("SWEEP_TABLE does not name a file");
    std::FILE *file = std::fopen(path, "rb");
    if (file == nullptr) refuse("the file cannot be read");
    if (std::fread(&table.header, sizeof(Header), 1, file) != 1) refuse("the file is too short");
    if (std::memcmp(table.header.shape, SWEEP_SHAPE, 32) != 0) refuse("made for another binary");
    if (table.header.entries != SWEEP_ENTRIES) refuse("another number of entries");
    if (std::fread(table.entries, 8, SWEEP_ENTRIES, file) != SWEEP_ENTRIES
        || std::fgetc(file) != EOF)
        refuse("another length than it says");
    std::fclose(file);
    return table;
}

// A function with a static variable: objects that are made before main() starts
// (the queues of spikes) need their numbers then.
const Table &table() {
    static const Table read = read_table();
    return read;
}

// What sweep_expect was told, to be written at the end.
struct Expected {
    char *text = nullptr;
    size_t length = 0;
    std::FILE *stream = open_memstream(&text, &length);
};

Expected &expected() {
    static Expected lines;
    return lines;
}

}  // namespace

extern "C" double sweep_real(int entry) {
    double value;
    std::memcpy(&value, &table().entries[entry], 8);
    return value;
}

extern "C" int sweep_int(int entry) { return static_cast<int>(table().entries[entry]); }

extern "C" int64_t sweep_long(int entry) { return table().entries[entry]; }

uint64_t sweep_seed() { return table().header.seed; }

bool sweep_keeps(const char *synapses) {
    const char *kept = std::getenv("SWEEP_KEEP");  // names, with commas between them
    const size_t length = std::strlen(synapses);
    while (kept != nullptr) {
        const bool same = std::strncmp(kept, synapses, length) == 0;
        if (same && (kept[length] == ',' || kept[length] == '\0')) return true;
        kept = std::strchr(kept, ',');
        if (kept != nullptr) kept++;
    }
    return false;
}

void sweep_expect(const char *file, size_t bytes) {
    std::fprintf(expected().stream, "%s %zu\n", file, bytes);
}

void sweep_finish(const char *results_dir) {
    const Expected &lines = expected();
    char path[4096];
    const int needed = std::snprintf(path, sizeof path, "%ssweep_end", results_dir);
    std::FILE *file = needed < static_cast<int>(sizeof path) ? std::fopen(path, "wb") : nullptr;
    if (file == nullptr) refuse("the last word cannot be written");
    const bool written = std::fflush(lines.stream) == 0
        && std::fwrite(&table().header, sizeof(Header), 1, file) == 1
        && std::fwrite(table().entries, 8, SWEEP_ENTRIES, file) == SWEEP_ENTRIES
        && std::fwrite(lines.text, 1, lines.length, file) == lines.length;
    if (std::fclose(file) != 0 || !written) refuse("the last word cannot be written");
}
