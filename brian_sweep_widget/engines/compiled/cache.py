"""Builds of this user's, kept from one session to the next.

A build is a folder named by the hash of everything it was made from, so it is
never changed: it is made in a folder aside and appears whole, by one rename.

Whoever makes, replaces or removes the build of a key holds the key's lock.
``.making`` holds what is no build: those under way, those that a killed process
left, those being removed. All of a key's belong to the holder of its lock; so
what is there while the lock is free is a leftover. A process's number tells
less: it may be another process's by now, or of another container.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from brian_sweep_widget.engines.compiled.build_record import (
    RECORD,
    Build,
    is_whole,
    read_build,
    write_record,
)
from brian_sweep_widget.engines.compiled.private_folder import (
    CACHE_VARIABLE,
    CacheRefusedError,
    check_private,
    make_private,
    refusing,
)

__all__ = ["Build", "BuildCache", "CacheRefusedError", "key_of"]

LIMIT_VARIABLE = "BRIAN_SWEEP_CACHE_LIMIT"

_MEGABYTE = 1_000_000
_DEFAULT_LIMIT = 1000 * _MEGABYTE

#: A build that was asked for within this time may be running, and stays. Runs
#: ask before every start, and take seconds.
_IN_USE = timedelta(hours=1)

_LOCKS = ".locks"
_MAKING = ".making"

_FILE = 0o600  # a mode

_LOOK = 0.01  # s between looks at whether another process is done

# Nothing else in the folder is touched, in case it is one of the user's own.
_KEY = re.compile(r"[0-9a-f]{64}")

# The cache's fault when they end a maker; whatever else does is the maker's.
_NO_PLACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})


def key_of(parts: Mapping[str, object]) -> str:
    """Give the key of a build.

    Parameters
    ----------
    parts
        Everything that it depends on, as JSON can write it.
    """
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class BuildCache:
    """Builds by key, for all processes of a user.

    Parameters
    ----------
    folder
        Where; None for ``BRIAN_SWEEP_CACHE`` or else the user's folder for
        caches.
    limit
        Bytes; None for ``BRIAN_SWEEP_CACHE_LIMIT`` (in MB) or else 1 GB. More
        are kept only while they are in use.

    Raises
    ------
    CacheRefusedError
        If ``BRIAN_SWEEP_CACHE_LIMIT`` is no number of MB.
    """

    def __init__(self, folder: Path | None = None, limit: int | None = None) -> None:
        self.folder = _default_folder() if folder is None else folder.absolute()
        self.limit = _default_limit() if limit is None else limit

    def prepare(self) -> None:
        """Make the folder, for this user alone, or look whether it can be trusted.

        Raises
        ------
        CacheRefusedError
            If it cannot, or cannot be made.
        """
        with refusing(self.folder):
            make_private(self.folder)
            for aside in (_LOCKS, _MAKING):
                (self.folder / aside).mkdir(mode=0o700, exist_ok=True)

    def find(self, key: str) -> Path | None:
        """Give a finished build's folder, if there is one and it is whole.

        It counts as in use for the next hour. A run that lasts longer may lose
        the folder, but never finds other files in it.

        Raises
        ------
        CacheRefusedError
            If the cache cannot be trusted or read.
        """
        _check_key(key)
        with refusing(self.folder):
            if not self._exists():
                return None
            return self._whole(key)

    def get_or_make(
        self,
        key: str,
        make: Callable[[Path], None],
        about: Mapping[str, object],
        product: str = "main",
    ) -> Path:
        """Give a build's folder, and make the build if there is none.

        Of any number of processes that ask at once, one makes it, and the
        others wait.

        Parameters
        ----------
        key
            From `key_of`.
        make
            Fills the empty folder that it is given. The folder is renamed
            afterwards, so nothing in it may hold its path.
        about
            What the build is, for ``build.json``: ``model`` and whatever else
            helps to understand it.
        product
            The file that the build is for; a build in which it is not what it
            was is made anew.

        Raises
        ------
        CacheRefusedError
            If the cache cannot be trusted or written.
        Exception
            Whatever the maker raises; nothing of the build remains then.
        """
        _check_key(key)
        if (found := self.find(key)) is not None:
            return found
        self.prepare()
        with self._locked(key, wait=True):
            with refusing(self.folder):
                self._remove_leftovers(key)
                # Another process may have made it while this one waited.
                if (found := self._whole(key)) is not None:
                    return found
            with self._aside(key) as making:
                with refusing(self.folder, _NO_PLACE):
                    began = time.monotonic()
                    make(making)
                    _give_modes(making, making / product)
                    write_record(making, about, product, time.monotonic() - began)
                with refusing(self.folder):
                    (making / RECORD).chmod(_FILE)
                    self._take_away(key)  # if there is one, it is damaged
                    made = making.rename(self.folder / key)
        with refusing(self.folder):
            self._evict(key)
        return made

    def info(self) -> list[Build]:
        """List the builds, the last used first.

        Raises
        ------
        CacheRefusedError
            If the cache cannot be trusted or read.
        """
        with refusing(self.folder):
            return sorted(self._builds(), key=lambda build: build.last_used, reverse=True)

    def clear(self) -> tuple[int, int]:
        """Remove all builds, also those in use, but not those being made.

        Returns
        -------
        tuple
            How many were removed, and their bytes.

        Raises
        ------
        CacheRefusedError
            If the cache cannot be trusted or written.
        """
        with refusing(self.folder):
            if not self._exists():
                return 0, 0
            self.prepare()
            removed = [build.size for build in self._builds() if self._remove(build.key)]
            self._remove_leftovers()
            return len(removed), sum(removed)

    def _exists(self) -> bool:
        try:
            check_private(self.folder)
        except FileNotFoundError:
            return False
        return True

    def _whole(self, key: str) -> Path | None:
        build = self.folder / key
        try:
            check_private(build)
            # First, so that it is not evicted between the look and the use.
            # Where nothing can be written, nothing is evicted either.
            with suppress(OSError):
                os.utime(build / RECORD)
        except FileNotFoundError:
            return None
        return build if is_whole(build) else None

    def _builds(self) -> Iterator[Build]:
        if not self._exists():
            return
        for entry in self.folder.iterdir():
            if _KEY.fullmatch(entry.name):
                # Another process may have removed it by now.
                with suppress(FileNotFoundError):
                    yield read_build(entry)

    def _evict(self, made: str) -> None:
        builds = sorted(self._builds(), key=lambda build: build.last_used)
        total = sum(build.size for build in builds)
        in_use_since = datetime.now(UTC) - _IN_USE
        for build in builds:
            if total <= self.limit or build.last_used > in_use_since:
                return
            if build.key != made and self._remove(build.key):
                total -= build.size

    def _remove(self, key: str) -> bool:
        try:
            with self._locked(key, wait=False):
                return self._take_away(key)
        except Timeout:  # it is being made
            return False

    def _take_away(self, key: str) -> bool:
        """Remove a build whose lock is held: at once for all who look, then its files."""
        with self._aside(key) as trash:
            try:
                (self.folder / key).rename(trash / key)
            except FileNotFoundError:
                return False
        return True

    def _remove_leftovers(self, held: str = "") -> None:
        """Remove what dead processes left, also of the key whose lock is held."""
        for leftover in (self.folder / _MAKING).iterdir():
            key = leftover.name.partition(".")[0]
            if key == held:
                shutil.rmtree(leftover, ignore_errors=True)
                continue
            with suppress(Timeout), self._locked(key, wait=False):
                shutil.rmtree(leftover, ignore_errors=True)

    @contextmanager
    def _locked(self, key: str, *, wait: bool) -> Iterator[None]:
        # Waiting is polling, so that a signal can end it. The system gives a
        # dead process's lock free.
        lock = FileLock(
            self.folder / _LOCKS / f"{key}.lock", timeout=-1 if wait else 0, poll_interval=_LOOK
        )
        with refusing(self.folder):
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _aside(self, key: str) -> Iterator[Path]:
        """Give an empty folder that is no build, and remove what is left of it."""
        with refusing(self.folder):
            # The number is for people. The rest is random: the compiler that a
            # killed process started may go on writing for a while.
            named = tempfile.mkdtemp(prefix=f"{key}.{os.getpid()}.", dir=self.folder / _MAKING)
        try:
            yield Path(named)
        finally:
            shutil.rmtree(named, ignore_errors=True)


def _give_modes(build: Path, product: Path) -> None:
    """Have its owner use all of it, whatever mask for modes this process had meanwhile.

    A model that is built in another thread may set the mask of the process.
    """
    for path in build.rglob("*"):
        path.chmod(0o700 if path.is_dir() or path == product else _FILE)


def _default_folder() -> Path:
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named).expanduser().absolute()
    return user_cache_path("brian-sweep-widget") / "builds"


def _default_limit() -> int:
    named = os.environ.get(LIMIT_VARIABLE)
    if not named:
        return _DEFAULT_LIMIT
    if not re.fullmatch(r"[0-9]+", named) or int(named) == 0:
        msg = f"{LIMIT_VARIABLE} = {named!r} is no limit (allowed: whole MB, 1 or more)"
        raise CacheRefusedError(msg)
    return int(named) * _MEGABYTE


def _check_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        msg = f"key = {key!r} is no key of a build (allowed: what key_of gives)"
        raise ValueError(msg)
