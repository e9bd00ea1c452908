"""What an error was raised from."""

from __future__ import annotations

from collections.abc import Iterator


def causes_of(error: BaseException, *, handled: bool = False) -> Iterator[BaseException]:
    """List an error and what it was raised from, each once: an error may be its own cause.

    Parameters
    ----------
    error
        As it was raised.
    handled
        Whether what was being handled meanwhile counts as well, where no cause
        is named.

    Yields
    ------
    BaseException
        The error itself first.
    """
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or (cause.__context__ if handled else None)
