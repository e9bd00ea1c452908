"""What an administrator allows of a sweep's size, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from brian_sweep_widget.limits import Limits
from brian_sweep_widget.models import Inputs, Model, NetworkModel, Plain
from brian_sweep_widget.sweeps import Plan


def inputs_of(model: Model) -> Inputs | None:
    """Give what a model says of its size; None if it says nothing."""
    return model.inputs if isinstance(model, NetworkModel) else None


def largest_of(plan: Plan) -> dict[str, Plain]:
    """Give the largest value of every parameter, in SI units by name."""
    return {**plan.fixed, **{axis.name: axis.values[-1] for axis in plan.axes}}


def check_plan(model: Model, plan: Plan, given: Collection[str], allowed: Limits) -> None:
    """Refuse a sweep that is larger than allowed, as far as its model says how large it is.

    Parameters
    ----------
    model
        Says which parameters are the size of a network, see `Inputs`.
    plan
        All that would be simulated.
    given
        Names of the parameters that a person gave; others have their defaults.
    allowed
        The limits.

    Raises
    ------
    LimitError
    """
    if allowed.max_jobs is not None:
        asked = f"{len(plan)} simulations"
        allowed.max_jobs.check(len(plan), asked, "take fewer points or trials")
    inputs = inputs_of(model)
    if inputs is not None:
        _check_network(inputs, largest_of(plan), given, allowed)


def _check_network(
    inputs: Inputs, largest: Mapping[str, Plain], given: Collection[str], allowed: Limits
) -> None:
    """Refuse networks with too many neurons or synapses."""
    size = float(largest[inputs.size])
    if allowed.max_neurons is not None:
        asked = f"{inputs.size} = {size:.12g} neurons"
        if inputs.size not in given:
            asked += ", which is the default"
        remedy = f"give {inputs.size} = {allowed.max_neurons.most:.12g} or less"
        allowed.max_neurons.check(size, asked, remedy)
    synapses = inputs.synapses(largest)
    if allowed.max_synapses is not None and synapses is not None:
        names = [inputs.size, *filter(None, [inputs.number or inputs.probability])]
        values = " and ".join(f"{name} = {float(largest[name]):.12g}" for name in names)
        asked = f"{values} make about {synapses:.3g} synapses"
        allowed.max_synapses.check(synapses, asked, f"give less of {' or '.join(names)}")
