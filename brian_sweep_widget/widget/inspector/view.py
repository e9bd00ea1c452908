"""What the inspector shows of one simulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets as t

from brian_sweep_widget.bundle import bundle_text


class InspectorView(anywidget.AnyWidget):
    """Show one simulation: its spikes, rates, intervals, traces and numbers.

    Python writes every trait and the browser only reads them; what a person
    does in it comes as a message. Write several traits together, under
    ``hold_sync()``.
    """

    _esm = bundle_text("inspector.js")
    _css = bundle_text("inspector.css")

    state = t.Enum(
        ("empty", "loading", "ready", "failed"),
        default_value="empty",
        help="Whether there is a simulation to show.",
    ).tag(sync=True)
    title = t.Unicode("", help='Which one, as in "Excitatory weight 2.1 mV, trial 1".').tag(
        sync=True
    )
    facts: t.List[dict[str, Any]] = t.List(
        t.Dict(
            per_key_traits={"group": t.Unicode(), "name": t.Unicode(), "value": t.Unicode()},
        ),
        help="Its numbers, those of one group in a row.",
    ).tag(sync=True)
    notice = t.Unicode("", help='What a person should know of it; "" for nothing.').tag(sync=True)
    message = t.Unicode("", help="What failed, if anything; of a measure, its name, too.").tag(
        sync=True
    )
    traceback = t.Unicode("", help='Where it failed; "" if not known.').tag(sync=True)
    duration = t.Float(0.0, help="How long the network ran, in ms.").tag(sync=True)
    size = t.Int(0, help="Neurons whose spikes are shown; 0 if no spikes are.").tag(sync=True)
    populations: t.List[dict[str, Any]] = t.List(
        t.Dict(per_key_traits={"label": t.Unicode(), "size": t.Int()}),
        help="Parts of these neurons, in order; empty for a single one.",
    ).tag(sync=True)
    spike_neurons = t.Bytes(b"", help="Neuron of every spike: uint32, little-endian.").tag(
        sync=True
    )
    spike_times = t.Bytes(b"", help="Time of every spike, ascending: float32, in ms.").tag(
        sync=True
    )
    traces: t.List[dict[str, Any]] = t.List(
        t.Dict(per_key_traits={"label": t.Unicode(), "unit": t.Unicode()}),
        help="Variables of single neurons over time.",
    ).tag(sync=True)
    trace_times = t.Bytes(b"", help="Times of the traces' values: float32, in ms.").tag(sync=True)
    trace_values = t.Bytes(b"", help="Values, trace after trace: float32.").tag(sync=True)
    before = t.Bool(False, help="Whether there is a point before this one.").tag(sync=True)
    after = t.Bool(False, help="Whether there is a point after this one.").tag(sync=True)
    comparable = t.Bool(False, help="Whether a second one can be put next to it.").tag(sync=True)
    script = t.Unicode("", help='A script that gives the same numbers; "" before one asks.').tag(
        sync=True
    )
    script_name = t.Unicode("", help="File name of the script.").tag(sync=True)
    script_problem = t.Unicode("", help='Why there can be no script; "" if there can.').tag(
        sync=True
    )

    def on_ask(
        self,
        *,
        step: Callable[[int], None],
        script: Callable[[], None],
        compare: Callable[[], None],
        close: Callable[[], None],
    ) -> None:
        """Have functions called when a person asks for something here.

        A browser can send anything. What is no request of ours is ignored.

        Parameters
        ----------
        step
            To show the point before (-1) or after (1).
        script
            To write the script.
        compare
            To put a second point next to this one.
        close
            To show nothing any more.
        """
        plain = {"script": script, "compare": compare, "close": close}

        def received(_: object, content: object, __: object) -> None:
            if not isinstance(content, dict):
                return
            kind = content.get("kind")
            if kind == "step" and content.get("by") in (-1, 1):
                step(int(content["by"]))
            elif isinstance(kind, str) and kind in plain:
                plain[kind]()

        self.on_msg(received)
