"""Tools of the tests: waiting with a deadline, scripts in processes of their own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

_POLL = 0.01  # s


def until(
    condition: Callable[[], object],
    what: str,
    seconds: float = 120.0,
    tell: Callable[[], object] | None = None,
) -> None:
    """Wait until a condition holds; fail, naming it and telling the rest, if it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            msg = f"not within {seconds} s: {what}" + (f"\n{tell()}" if tell else "")
            raise AssertionError(msg)
        time.sleep(_POLL)


def type_into(field: Any, text: str) -> None:
    """Have a field of the widget get a text, as a browser sends it."""
    data = {"method": "custom", "content": {"kind": "typed", "text": text}}
    field._handle_msg({"content": {"data": data}, "buffers": []})


def free_ports(number: int) -> list[int]:
    """Give ports of this computer at which nothing listens, each another one."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook with these code cells."""
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "source": source,
                "metadata": {},
                "execution_count": None,
                "outputs": [],
            }
            for number, source in enumerate(cells)
        ],
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook), encoding="utf-8")


def alive(process: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def descendants(process: int | None = None) -> set[int]:
    """Give the numbers of all processes that a process (this one) started."""
    try:
        return {child.pid for child in psutil.Process(process).children(recursive=True)}
    except psutil.NoSuchProcess:
        return set()


def script_environment(**extra: str) -> dict[str, str]:
    """Give this process's environment with some variables set."""
    return {**os.environ, **extra}


def run_script(
    folder: Path, code: str, *arguments: str, timeout: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Run code as a script of its own in a folder; it must end well."""
    finished = subprocess.run(
        [sys.executable, write_script(folder, code), *arguments],
        cwd=folder,
        env=script_environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished


def start_script(folder: Path, code: str) -> subprocess.Popen[str]:
    """Start code as a script in a session of its own; its output can be read."""
    return subprocess.Popen(
        [sys.executable, "-u", write_script(folder, code)],
        cwd=folder,
        env=script_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def write_script(folder: Path, code: str) -> str:
    """Write a script into a folder; give its path."""
    path = folder / "script.py"
    path.write_text(code, encoding="utf-8")
    return str(path)


@contextlib.contextmanager
def mounted_disk(place: Path, size: str) -> Iterator[Path]:
    """Mount a small disk, for as long as the block lasts; only root can."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)],
        check=False,
        capture_output=True,
    )
    assert mounted.returncode == 0, "the tests of a full disk have to be run as root, as in CI"
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill_up(filler: Path) -> None:
    """Leave no room on the disk of a file."""
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
