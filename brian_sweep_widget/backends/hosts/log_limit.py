"""The log of a host that serves: what strangers do may fill no disk."""

from __future__ import annotations

import logging
import math
import time

_PERIOD = 60.0  # s, between two messages of one kind


class LogLimit(logging.Filter):
    """Lets one message of each kind pass in a minute, and counts the others.

    A kind is what the same line of code logs: messages differ by addresses.
    """

    def __init__(self) -> None:
        super().__init__()
        # When the last was written, and how many were not since.
        self._kinds: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a message is written."""
        kind = record.pathname, record.lineno
        now = time.monotonic()
        written, left_out = self._kinds.get(kind, (-math.inf, 0))
        if now - written < _PERIOD:
            self._kinds[kind] = written, left_out + 1
            return False
        self._kinds[kind] = now, 0
        if left_out:
            record.msg = f"{record.getMessage()} ({left_out} more like it were not written)"
            record.args = ()
        return True


def limit_logs() -> None:
    """Limit what all loggers of this process write.

    By their handlers: what is logged further down a tree passes no filter of
    the loggers above.
    """
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    handlers = {one for logger in loggers for one in logger.handlers}
    if logging.lastResort is not None:  # where nobody has set up any, as for asyncio
        handlers.add(logging.lastResort)
    for handler in handlers:
        if not any(isinstance(one, LogLimit) for one in handler.filters):
            handler.addFilter(LogLimit())
