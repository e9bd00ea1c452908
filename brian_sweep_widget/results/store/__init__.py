"""The store of results: one SQLite file, in which nothing is computed twice, or lost."""

from brian_sweep_widget.results.store.errors import (
    DamagedError,
    NoStoreError,
    NotAStoreError,
    StoreBusyError,
    StoreError,
    StoreFullError,
    StoreReplacedError,
    StoreUnusableError,
)
from brian_sweep_widget.results.store.location import DEFAULT_STORE, default_path, open_store
from brian_sweep_widget.results.store.merging import Merged
from brian_sweep_widget.results.store.reading import StoreInfo, SweepRecord
from brian_sweep_widget.results.store.store import Entry, Store

__all__ = [
    "DEFAULT_STORE",
    "DamagedError",
    "Entry",
    "Merged",
    "NoStoreError",
    "NotAStoreError",
    "Store",
    "StoreBusyError",
    "StoreError",
    "StoreFullError",
    "StoreInfo",
    "StoreReplacedError",
    "StoreUnusableError",
    "SweepRecord",
    "default_path",
    "open_store",
]
