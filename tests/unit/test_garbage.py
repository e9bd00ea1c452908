"""Garbage of other tests, or other libraries, whose end fails: it disturbs no test."""

from __future__ import annotations

import ast
import gc


class Failing:
    """Is garbage of a kind that only the collector finds, and raises then."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        raise RuntimeError


def test_source_is_parsed_while_garbage_fails() -> None:
    """Hypothesis parses that of lambdas, tracebacks parse lines."""
    text = "(lambda a: [b(c, d=1) for e in f if g(h)])\n" * 50
    before = gc.get_threshold()
    gc.collect()
    gc.disable()
    try:
        for allocations in range(1, 400):
            Failing()
            gc.set_threshold(allocations)
            gc.enable()
            ast.parse(text)
            gc.disable()
    finally:
        gc.set_threshold(*before)
        gc.enable()
