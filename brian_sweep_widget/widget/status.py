"""The status strip: how far a sweep has come, for eyes and for screen readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets as t

from brian_sweep_widget.bundle import bundle_text
from brian_sweep_widget.widget.saving import File

_MOST_INDICES = 100  # of a position; grids have a handful of axes


class StatusStrip(anywidget.AnyWidget):
    """Show a sweep's progress, its message and the first failed points.

    Python writes every trait and the browser only reads them, so the strip can
    be displayed any number of times. What a person does in it comes as a
    message, which `on_ask` hands over if it is one of ours.

    Write from one thread, and several traits together under ``hold_sync()``:
    they then travel in one message and are painted at once.

    The counts exclude one another; what is left of `total` is waiting.
    """

    _esm = bundle_text("status.js")
    _css = bundle_text("status.css")

    state = t.Enum(
        (
            "idle",
            "starting",
            "running",
            "paused",
            "stopping",
            "finished",
            "cancelled",
            "crashed",
            "invalid",
        ),
        default_value="idle",
        help="What the sweep is doing; a change is announced at once.",
    ).tag(sync=True)
    total = t.Int(0, help="Simulations of the sweep.").tag(sync=True)
    done = t.Int(0, help="Simulations with a result.").tag(sync=True)
    failed = t.Int(0, help="Simulations that raised an error.").tag(sync=True)
    lost = t.Int(0, help="Simulations whose worker died.").tag(sync=True)
    cancelled = t.Int(0, help="Simulations given up by a stop.").tag(sync=True)
    partial = t.Int(0, help="Of those done: how many lack a measure that failed.").tag(sync=True)
    recalled = t.Int(0, help="Of those done: how many the store knew before.").tag(sync=True)
    running = t.Int(0, help="Simulations under way.").tag(sync=True)
    workers = t.Int(0, help="Workers of the run; 0 if not known.").tag(sync=True)
    elapsed = t.Float(0.0, help="Seconds since the run began.").tag(sync=True)
    eta = t.Float(
        None,
        allow_none=True,
        help="Seconds that a run is expected to take from now on; None if not known.",
    ).tag(sync=True)
    phase = t.Enum(
        ("", "tracing", "compiling"),
        default_value="",
        help='What is being prepared before simulations can run; "" if nothing is.',
    ).tag(sync=True)
    phase_seconds = t.Int(0, help="Whole seconds since the phase began.").tag(sync=True)
    live = t.Bool(
        False,
        help="Whether sweeps follow the settings, so that states change too fast to be told.",
    ).tag(sync=True)
    engine = t.Unicode("", help='Engine in words, as in "compiled".').tag(sync=True)
    notice = t.Unicode("", help='Message for the person, as plain text; "" for none.').tag(
        sync=True
    )
    waits = t.Unicode("", help='Why nothing is started now; "" if nothing is in the way.').tag(
        sync=True
    )
    under_way: t.List[dict[str, Any]] = t.List(
        t.Dict(
            per_key_traits={
                "point": t.Unicode(),
                "position": t.List(t.Int()),
                "seconds": t.Float(),
            }
        ),
        help="Simulations that run for some seconds already, the longest first.",
    ).tag(sync=True)
    errors: t.List[dict[str, Any]] = t.List(
        t.Dict(
            per_key_traits={
                "point": t.Unicode(),
                "message": t.Unicode(),
                "traceback": t.Unicode(),
            }
        ),
        help="The first failed points, oldest first.",
    ).tag(sync=True)

    def hand_out(self, file: File) -> None:
        """Have every browser that shows this keep a file."""
        self.send({"kind": "file", "name": file.name}, [file.content])

    def on_ask(self, retry: Callable[[], None], skip: Callable[[tuple[int, ...]], None]) -> None:
        """Have functions called when a person asks for something here.

        A browser can send anything. What is no request of ours is ignored. A
        view that asks whether there is a kernel gets its answer.

        Parameters
        ----------
        retry
            To compute once more what failed.
        skip
            To give up the simulation at a position, which may not exist.
        """

        def received(_: object, content: object, __: object) -> None:
            if not isinstance(content, dict):
                return
            if content.get("kind") == "retry":
                retry()
            elif content.get("kind") == "hello":
                self.send({"kind": "hello"})
            elif content.get("kind") == "skip" and _is_position(content.get("position")):
                skip(tuple(content["position"]))

        self.on_msg(received)


def _is_position(position: object) -> bool:
    return (
        isinstance(position, list)
        and len(position) <= _MOST_INDICES
        and all(type(index) is int for index in position)
    )
