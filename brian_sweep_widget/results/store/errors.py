"""What can go wrong with a store."""

from __future__ import annotations


class StoreError(RuntimeError):
    """The store could not do what it was asked to; the message says why, and what to do."""


class StoreFullError(StoreError):
    """There is no room: on the disk, or up to the store's limit. Nothing of it was written."""


class StoreUnusableError(StoreError):
    """The file cannot be used, now or at all. Nothing of it was written."""


class StoreBusyError(StoreUnusableError):
    """Another process, or thread, does not let go of the file."""


class NoStoreError(StoreUnusableError):
    """There can be no store: none can be made there, or nothing can be written into it."""


class StoreReplacedError(StoreError):
    """The file is not the one that the sweep was begun in; record all of it again."""


class NotAStoreError(StoreUnusableError):
    """A file is something else than a store of results, and is left alone."""


class DamagedError(StoreError):
    """The file's contents make no sense: something else wrote into it, or the disk is failing."""
