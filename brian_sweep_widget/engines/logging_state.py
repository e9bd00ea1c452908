"""What decides which messages are seen: a job may change it, and it is put back after it."""

from __future__ import annotations

import logging
import sys
from typing import Any


def loggers() -> list[Any]:
    """Read which messages are kept, of all loggers, and where they go."""
    root = logging.root
    known = root.manager.loggerDict
    others = {name: one for name, one in known.copy().items() if isinstance(one, logging.Logger)}
    levels = {name: one.level for name, one in others.items()}
    handlers = {name: one.handlers[:] for name, one in others.items() if one.handlers}
    return [root.manager.disable, root.level, root.handlers[:], root.filters[:], levels, handlers]


def write_loggers(before: list[Any]) -> None:
    """Make that what it was; see `loggers`."""
    root = logging.root
    disabled, level, root.handlers[:], root.filters[:], levels, handlers = before
    logging.disable(disabled)
    root.setLevel(level)
    for name, one in levels.items():
        logging.getLogger(name).setLevel(one)
    for name in loggers()[-1]:
        # One that a library made, which was loaded meanwhile, is as the library has it.
        if name in levels or name.partition(".")[0] not in sys.modules:
            logging.getLogger(name).handlers[:] = handlers.get(name, [])
    for name, ones in handlers.items():
        logging.getLogger(name).handlers[:] = ones


def brian_console() -> Any:
    """Give the handler that prints Brian's messages; None if Brian is not loaded."""
    logger = sys.modules.get("brian2.utils.logger")
    return None if logger is None else logger.BrianLogger.console_handler


def brians_messages() -> Any:
    """Read which of Brian's messages are printed; None if Brian is not loaded."""
    handler = brian_console()
    return None if handler is None else (handler.level, handler.filters[:])


def write_brians_messages(before: Any) -> None:
    """Make that what it was; see `brians_messages`."""
    if before is not None:  # else Brian was loaded meanwhile, with its own settings
        level, filters = before
        brian_console().setLevel(level)
        brian_console().filters[:] = filters
