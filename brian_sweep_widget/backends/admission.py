"""Which jobs may start: sweeps share the workers fairly, and the memory is not overdrawn.

joblib hands out a few jobs more than there are workers, and must never be kept
waiting. So jobs that may not start yet wait here.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress

from brian_sweep_widget.backends.memory import free_memory, memory_of

Start = Callable[[], None]

_LOOK = 0.2  # s between looks at the memory, while jobs wait for it
_LONG = 0.2  # s; of jobs that take longer, none waits in a worker's queue
_LATEST = 8  # jobs
_FRESH = 0.1  # s
# To send a job to another computer and back takes some milliseconds of all involved; but the
# chart must not wait.
_TOGETHER = 0.08  # s
_MOST_TOGETHER = 4
# What is left for everything else, of the memory: a notebook, a browser.
_RESERVE = 100e6  # bytes
_UNKNOWN = 100e6  # bytes of a worker of which nothing is known yet


class Turn:
    """One sweep's place among all that this process computes; safe for several threads.

    Parameters
    ----------
    admission
        Decides.
    workers
        How many compute at once.
    processes
        Gives the numbers of these workers.
    """

    def __init__(
        self, admission: Admission, workers: int, processes: Callable[[], Iterable[int]]
    ) -> None:
        self.workers = workers
        self.processes = processes
        self.running = 0
        self.waiting: deque[Start] = deque()
        self.memory = _UNKNOWN  # bytes that one worker takes
        self.short_of: tuple[float, float] | None = None
        self._admission = admission
        self._held: set[str] = set()
        self._seconds: deque[float] = deque(maxlen=_LATEST)

    def hold(self, why: str) -> None:
        """Start nothing more until it is released; what runs goes on.

        Parameters
        ----------
        why
            Holds are counted by this name.
        """
        self._held.add(why)

    def release(self, why: str) -> None:
        """Go on, if nothing else holds it."""
        self._held.discard(why)
        self._admission.look()

    @property
    def held(self) -> bool:
        """Whether it is held."""
        return bool(self._held)

    def note(self, seconds: float, memory: float) -> None:
        """Take note of what one job took."""
        self._seconds.append(seconds)
        self.memory = max(self.memory, memory)

    def expect(self, memory: float) -> None:
        """Take note of what a job will probably take, in bytes."""
        self.memory = max(self.memory, memory)

    def enter(self, start: Start) -> None:
        """Have a job started, now or when it is its turn."""
        self._admission.enter(self, start)

    def give_up(self, start: Start) -> None:
        """Take back one job that waits for its turn; nothing if it waits no more."""
        self._admission.give_up(self, start)

    def leave(self) -> None:
        """Say that a job has ended."""
        self._admission.leave(self)

    def withdraw(self) -> None:
        """Forget what waits."""
        self._admission.withdraw(self)

    def end(self) -> None:
        """Give the place back."""
        self._admission.end(self)

    @property
    def are_short(self) -> bool:
        """Whether the latest jobs took less time than it takes to notice."""
        return bool(self._seconds) and max(self._seconds) <= _LONG

    @property
    def together(self) -> int:
        """How many short jobs may travel to another computer together."""
        if not self.are_short:
            return 1
        return max(1, min(_MOST_TOGETHER, int(_TOGETHER / max(*self._seconds, 1e-6))))

    @property
    def look_ahead(self) -> int:
        """Jobs that may be with the workers, as long as nobody else wants them."""
        if self._seconds and not self.are_short:
            return self.workers
        return 2 * self.workers  # to fetch a short one from here takes as long as it does


class Admission:
    """Gives the turns of one process.

    Parameters
    ----------
    free
        Gives the bytes of memory that are free.
    taken
        Gives the bytes that processes have.
    """

    def __init__(
        self,
        free: Callable[[], float] = free_memory,
        taken: Callable[[Iterable[int]], float] = memory_of,
    ) -> None:
        self._free = free
        self._taken = taken
        self._lock = threading.RLock()
        self._turns: weakref.WeakSet[Turn] = weakref.WeakSet()  # a lost turn is an ended one
        self._watched = False
        self._last, self._asked = 0.0, -_FRESH

    def turn(self, workers: int, processes: Callable[[], Iterable[int]]) -> Turn:
        """Give a sweep its place."""
        turn = Turn(self, workers, processes)
        with self._lock:
            self._turns.add(turn)
        return turn

    def enter(self, turn: Turn, start: Start) -> None:
        """Let a job wait for its turn, which may be now."""
        with self._lock:
            turn.waiting.append(start)
        self.look()

    def give_up(self, turn: Turn, start: Start) -> None:
        """Forget one job that waits."""
        with self._lock, suppress(ValueError):
            turn.waiting.remove(start)

    def withdraw(self, turn: Turn) -> None:
        """Forget what waits."""
        with self._lock:
            turn.waiting.clear()
            turn.short_of = None

    def leave(self, turn: Turn) -> None:
        """Count a job that has ended."""
        with self._lock:
            turn.running -= 1
        self.look()

    def end(self, turn: Turn) -> None:
        """Take a place back."""
        with self._lock:
            self._turns.discard(turn)
        self.look()

    def look(self) -> None:
        """Start whatever may start."""
        admitted: list[Start] = []
        with self._lock:
            active = [turn for turn in self._turns if turn.running or turn.waiting]
            for turn in active:
                while turn.waiting and not turn.held and self._has_place(turn, active):
                    turn.running += 1
                    admitted.append(turn.waiting.popleft())
            if any(turn.short_of for turn in active) and not self._watched:
                self._watched = True
                timer = threading.Timer(_LOOK, self._look_again)
                timer.daemon = True
                timer.start()
        # Not under the lock: pools have locks of their own, and call back.
        for start in admitted:
            start()

    def _look_again(self) -> None:
        self._watched = False
        self.look()

    def _free_now(self) -> float:
        """Give the free memory, as it was a moment ago at most: to ask takes a while."""
        if time.monotonic() > self._asked + _FRESH:
            self._last, self._asked = self._free(), time.monotonic()
        return self._last

    def _has_place(self, turn: Turn, active: list[Turn]) -> bool:
        others = len([other for other in active if other is not turn and not other.held])
        share = -(-turn.workers // (others + 1)) if others else turn.look_ahead
        if turn.running >= share:
            turn.short_of = None
            return False
        return self._has_memory(turn, active)

    def _has_memory(self, turn: Turn, active: list[Turn]) -> bool:
        """Whether one more job fits; what is under way may not have all of its memory yet."""
        free = self._free_now()
        at_work = min(turn.running, turn.workers)
        if turn.running >= turn.workers or free - _RESERVE > turn.memory * (at_work + 1):
            turn.short_of = None
            return True
        free = self._free()
        have = free + self._taken(turn.processes())
        for other in active:
            if other is not turn:
                have += self._taken(other.processes())
                have -= min(other.running, other.workers) * other.memory
        if have - _RESERVE >= turn.memory * (at_work + 1):
            turn.short_of = None
            return True
        turn.short_of = (max(0.0, free), turn.memory)
        return False


#: Of this process.
ADMISSION = Admission()
