"""What is written down about a build, in its folder: ``build.json``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RECORD = "build.json"

_OURS = {"made", "seconds", "size", "product", "sha256"}


@dataclass(frozen=True, slots=True)
class Build:
    """A build in the cache.

    Parameters
    ----------
    key
        Its name in the cache.
    model
        What it simulates, for people.
    size
        Bytes.
    seconds
        That it took to make.
    made, last_used
        When.
    """

    key: str
    model: str
    size: int
    seconds: float
    made: datetime
    last_used: datetime


def write_record(build: Path, about: Mapping[str, object], product: str, seconds: float) -> None:
    """Write down what a build is, and what its product looks like.

    Parameters
    ----------
    build
        Folder of the build, complete.
    about
        What the maker knows: ``model`` and whatever helps to understand it.
    product
        Name of the file that the build is for.
    seconds
        That it took to make.

    Raises
    ------
    FileNotFoundError
        If the product is not there.
    """
    record = {
        **about,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": seconds,
        "size": _size(build),
        "product": product,
        "sha256": _sha256(build / product),
    }
    (build / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")


def is_whole(build: Path) -> bool:
    """Whether a build's product is what it was when it was made."""
    record = _record(build)
    try:
        return record is not None and _sha256(build / record["product"]) == record["sha256"]
    except FileNotFoundError:
        return False


def read_build(build: Path) -> Build:
    """Tell what a build is, even if it is damaged.

    Raises
    ------
    FileNotFoundError
        If it is not there any more.
    """
    record = _record(build)
    if record is None:
        changed = _time_of(build)
        return Build(build.name, "(damaged)", _size(build), 0.0, changed, changed)
    return Build(
        key=build.name,
        model=str(record.get("model", "?")),
        size=record["size"],
        seconds=record["seconds"],
        made=datetime.fromisoformat(record["made"]),
        last_used=_time_of(build / RECORD),
    )


def _record(build: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((build / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # cut off by a full disk or a crash
        return None
    return record if isinstance(record, dict) and record.keys() >= _OURS else None


def _time_of(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
