"""Runs a lifted binary once, and believes nothing that it cannot check.

The programs that Brian writes end with status 0 whatever happens: also when
results could not be written, or the run was stopped half way. So the status,
the fraction completed, the table used, the sizes of all files and the silence
of the program are all looked at before a number is taken from it.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from brian_sweep_widget.engines.compiled.priority import with_priority
from brian_sweep_widget.engines.memory_used import note_program

_TABLE, _END, _OUTPUT = "sweep_table", "sweep_end", "output"
_RUN_INFO = "last_run_info.txt"
_LONGEST = 2e6  # s, three weeks: what poll can count in milliseconds
#: Signals that a program gets for what it does itself.
_CRASHES = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGFPE, signal.SIGILL})
_SHOWN = 400  # characters of what a program printed

# Large pages, and memory that is kept until the end: a fifth of the run time is
# page faults without. Only glibc knows these, and others ignore them.
_ALLOCATOR = (
    "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4000000000:"
    "glibc.malloc.top_pad=300000000:glibc.malloc.trim_threshold=4000000000"
)


class BinaryError(RuntimeError):
    """A compiled simulation did not end as it should; there is no result.

    Parameters
    ----------
    what
        It did: goes on after "the compiled simulation".
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"the compiled simulation {what}")


class ProgramFailedError(BinaryError):
    """A compiled simulation failed by itself: it crashed, or complained of something.

    Brian's runtime may compute the same, or say better what is wrong.
    """


class TimeLimitError(TimeoutError):
    """A simulation took longer than the sweep's time limit."""


def write_inputs(inputs: Path, static_arrays: Mapping[str, bytes]) -> None:
    """Put the files that a program reads, by name, where it finds them: see `run_binary`."""
    (inputs / "static_arrays").mkdir()
    for name, contents in static_arrays.items():
        (inputs / "static_arrays" / name).write_bytes(contents)


def run_binary(
    binary: Path,
    inputs: Path,
    results: Path,
    table: bytes,
    keep: Iterable[str],
    time_limit: float,
) -> None:
    """Run a binary and check that its results are those of its table.

    Parameters
    ----------
    binary
        The program.
    inputs
        The folder that holds its ``static_arrays``.
    results
        An empty folder of this run's own.
    table
        From `brian_sweep_widget.engines.compiled.lifting.table`.
    keep
        Names of synapses whose arrays are to be written.
    time_limit
        In seconds.

    Raises
    ------
    BinaryError
        If anything is not as it should be, saying what.
    TimeLimitError
        If the run takes longer than the limit.
    """
    table_file = results / _TABLE
    table_file.write_bytes(table)
    environment = {
        **os.environ,
        "GLIBC_TUNABLES": _ALLOCATOR,
        "SWEEP_TABLE": str(table_file),
        "SWEEP_KEEP": ",".join(keep),
    }
    # Brian's program wants the slash, and writes beside the folder without it.
    command = [str(binary), "--results_dir", f"{results}{os.sep}"]
    status = _run(command, inputs, results / _OUTPUT, environment, time_limit)
    printed = (results / _OUTPUT).read_bytes()[:_SHOWN].decode(errors="replace").strip()
    if status:
        silent = " without a word" if -status in _CRASHES else " without a word (is the disk full?)"
        told = _said(printed) or silent
        what = f"{_ending(status)}{told}"
        raise (ProgramFailedError if _is_its_own(status, printed) else BinaryError)(what)
    if printed:
        what = f"reported a problem, so its results are not used{_said(printed)}"
        raise ProgramFailedError(what)
    _check_completed(results)
    _check_sizes(results, _last_word(results, table))


def _run(
    command: list[str], inputs: Path, output: Path, environment: Mapping[str, str], limit: float
) -> int:
    with output.open("wb") as printed:
        try:
            process = subprocess.Popen(  # noqa: S603 - a program that we made
                with_priority(command), cwd=inputs, env=environment, stdin=subprocess.DEVNULL,
                stdout=printed, stderr=subprocess.STDOUT,
            )  # fmt: skip
        except FileNotFoundError:
            what = f"is not there any more ({command[0]}): was the cache cleared?"
            raise BinaryError(what) from None
        except OSError as error:
            what = f"cannot be started ({command[0]}): {error.strerror}"
            raise BinaryError(what) from error
        try:
            if not _ends_within(process, limit):
                msg = (
                    f"the simulation was stopped after {limit:g} s, the time limit of this sweep: "
                    "give a larger time_limit, if more is allowed here, or simulate less"
                )
                raise TimeLimitError(msg)
            return _reaped(process)
        finally:
            if process.returncode is None:
                process.kill()
                process.wait()


def _reaped(process: subprocess.Popen[bytes]) -> int:
    """Give the status of a process that has ended, and take note of the memory that it took."""
    if not hasattr(os, "wait4"):
        return process.wait()
    try:
        _, status, used = os.wait4(process.pid, 0)
    except ChildProcessError:  # it was waited for already
        return process.wait()
    note_program(used.ru_maxrss * 1024)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode


def _ends_within(process: subprocess.Popen[bytes], limit: float) -> bool:
    """Wait for a process to end.

    Python's own wait with a time limit sleeps longer and longer between its
    looks, and would notice the end of a run of 16 ms after 32.
    """
    if not hasattr(os, "pidfd_open"):
        timer = threading.Timer(min(limit, _LONGEST), process.kill)
        timer.start()
        process.wait()
        timer.cancel()
        return not timer.finished.is_set() or process.returncode != -signal.SIGKILL
    handle = os.pidfd_open(process.pid)
    try:
        ended = select.poll()
        ended.register(handle, select.POLLIN)
        return bool(ended.poll(min(limit, _LONGEST) * 1000))
    finally:
        os.close(handle)


def _check_completed(results: Path) -> None:
    try:
        fraction = float((results / _RUN_INFO).read_text().split()[1])
    except (OSError, ValueError, IndexError):
        what = "did not say whether it came to its end (is the disk full?)"
        raise BinaryError(what) from None
    if fraction < 1:
        what = f"stopped after {100 * fraction:.3g} % of its run"
        raise BinaryError(what)


def _last_word(results: Path, table: bytes) -> dict[str, int]:
    """Read what the program left at its very end: its table, and the size of every file."""
    try:
        word = (results / _END).read_bytes()
    except OSError:
        what = "left no last word (is the disk full?)"
        raise BinaryError(what) from None
    if not word.startswith(table):
        what = "used another table than it was given"
        raise BinaryError(what)
    try:
        pairs = (line.rsplit(" ", 1) for line in word[len(table) :].decode().splitlines())
        return {name: int(size) for name, size in pairs}
    except ValueError:
        what = "left a last word that is garbled"
        raise BinaryError(what) from None


def _check_sizes(results: Path, sizes: Mapping[str, int]) -> None:
    for name, size in sizes.items():
        try:
            written = os.stat(f"{results}{os.sep}{name}").st_size  # noqa: PTH116 - a third of the time
        except OSError:
            written = -1
        if written != size:
            what = (
                f"wrote {max(written, 0)} of {size} bytes of {name} to {results.parent} "
                "(is the disk full?)"
            )
            raise BinaryError(what)


def _is_its_own(status: int, printed: str) -> bool:
    """Whether a program failed by itself, not for others' sake or for want of memory or disk."""
    if "bad_alloc" in printed:
        return False
    return bool(printed) if status > 0 else -status in _CRASHES


def _ending(status: int) -> str:
    if status > 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"


def _said(printed: str) -> str:
    return f"; it said: {printed}" if printed else ""
