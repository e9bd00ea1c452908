"""What to do about errors of Brian's whose words do not say it."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from brian_sweep_widget.engines import brian1
from brian_sweep_widget.engines.causes import causes_of
from brian_sweep_widget.engines.code_lines import line_in_words
from brian_sweep_widget.engines.installed import is_installed_file

_ADVICE = (
    (
        IndexError,
        re.compile(r"^Illegal start/end values for subgroup, (\d+)>=(\d+)"),
        (
            "the slice is empty: it begins at neuron {0} and ends before neuron {1}, and Brian 2 "
            "has no groups without neurons. Take at least one, such as group[i:max(i + 1, j)], "
            "make what belongs to these neurons only if there are some, or keep the model from "
            'such sizes (limits={{"size": (smallest, None)}} of network_model)'
        ),
    ),
    (
        RuntimeError,
        re.compile(r"^(\S+) has already been simulated, cannot add it to the network"),
        (
            "the model runs its objects itself (run(...), or network.run(...) of another network), "
            "and an object belongs to the network that ran it. Leave run(...) away: the network "
            "that a model returns is run for its duration. Or run that network for a part of the "
            "time (network.run(10*ms)), and return it"
        ),
    ),
    (
        ValueError,
        re.compile(r"^NeuronGroup size should be at least 1, was "),
        (
            "Brian 2 has no groups without neurons: make the group, and what belongs to it, only "
            'where it has some, or keep the model from such sizes (limits={{"size": (1, None)}} '
            "of network_model)"
        ),
    ),
    (
        TypeError,
        re.compile(r"^(?:Pre|Post)synaptic indices have to be given as integers, are type float"),
        (
            "give whole numbers, such as i=np.asarray(i, dtype=int); an empty list is no list of "
            "whole numbers to numpy, either: call connect only if there is a synapse to make"
        ),
    ),
    (
        ValueError,
        re.compile(r"^There can be only one MagicNetwork"),
        (
            "return Network(collect()), which takes all objects that the model made, or "
            "Network(...) with each of them"
        ),
    ),
)
# What numpy says where Brian's connect counts the synapses that it was given.
_NO_SYNAPSE = "zero-size array to reduction operation "
_CONNECTS = "_add_synapses_from_arrays"
_CONNECT_SOME = (
    "there is no synapse in what connect(i=..., j=...) was given: call connect only if there is "
    "one to make, or describe them by condition= or p=, which may give none"
)


def advice(error: BaseException) -> str:
    """Say what to do about an error, or about what caused it.

    Parameters
    ----------
    error
        As it was raised.

    Returns
    -------
    str
        With the line of the model's; empty where the error says it all, or
        nothing is known.
    """
    for cause in causes_of(error):
        told = brian1.hint(cause) or _about(cause)
        if told:
            return f"{told}{_line(error)}"
    return ""


def _about(error: BaseException) -> str:
    for kind, pattern, told in _ADVICE:
        found = pattern.match(str(error)) if isinstance(error, kind) else None
        if found:
            return told.format(*found.groups())
    if isinstance(error, ValueError) and str(error).startswith(_NO_SYNAPSE):
        frames = traceback.extract_tb(error.__traceback__)
        return _CONNECT_SOME if any(frame.name == _CONNECTS for frame in frames) else ""
    return ""


def _line(error: BaseException) -> str:
    """Name the innermost line that is neither a library's nor ours; empty if there is none."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        place = Path(frame.filename)
        if not is_installed_file(frame.filename) and _OURS not in place.parents:
            number = frame.lineno or 0
            return f" ({line_in_words(frame.filename, number, frame.name, frame.line)})"
    return ""


_OURS = Path(__file__).parents[1]
