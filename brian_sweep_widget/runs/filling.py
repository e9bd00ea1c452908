"""A source at work in a thread of its own, so that jobs run while others are prepared."""

from __future__ import annotations

import threading
from collections.abc import Callable

from brian_sweep_widget.runs.supply import Supply


class Filling:
    """Fills a supply, from when it is made, and closes it.

    Parameters
    ----------
    supply
        To be filled.
    fill
        Does it.
    """

    def __init__(self, supply: Supply, fill: Callable[[], None]) -> None:
        self._supply = supply
        self._do = fill
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._fill, name="brian-sweep-prepare", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Wait for its end, and raise what went wrong in it, if anything did."""
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _fill(self) -> None:
        try:
            self._do()
        except BaseException as error:  # noqa: BLE001 - raised by end
            self._error = error
        finally:
            self._supply.close()
