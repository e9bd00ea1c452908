"""Measures of spike trains that most models want: rate, irregularity, synchrony.

For use in a model's own measures::

    from brian_sweep_widget import measures

    @my_network.measure(label="CV of inter-spike intervals", allow_nan=True)
    def irregularity(network):
        return measures.cv_isi(network["spikes"])

All take what a Brian 2 ``SpikeMonitor`` recorded, in runtime and in compiled
runs alike. What cannot be told, as nothing or too little fired, is NaN; a
measure that may give NaN says so by ``allow_nan=True``.

A measure that names a unit, such as ``ms``, has every worker import Brian
(once, a second); seconds as plain numbers spare that.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from brian_sweep_widget.models.units import NO_DIMENSIONS, TIME, dimensions_of

__all__ = ["cv_isi", "mean_rate", "pairwise_correlation", "synchrony"]

_LEAST_SPIKES = 3  # of a neuron: with two intervals there is something that can vary

_Array = np.ndarray[Any, Any]


def mean_rate(spikes: Any, duration: Any) -> Any:
    """Give the number of spikes per neuron and time.

    Parameters
    ----------
    spikes
        A spike monitor.
    duration
        How long it recorded: a time with its unit, such as ``network.t``.

    Returns
    -------
    Quantity
        In Hz.
    """
    return spikes.num_spikes / len(spikes.source) / duration


def cv_isi(spikes: Any, least_spikes: int = _LEAST_SPIKES) -> float:
    """Give the coefficient of variation of the inter-spike intervals, averaged over neurons.

    Of every neuron, the standard deviation of its intervals divided by their
    mean: 0 for a clock, 1 for a Poisson process [1]_.

    Parameters
    ----------
    spikes
        A spike monitor.
    least_spikes
        Neurons with fewer spikes are left out; 3 or more.

    Returns
    -------
    float
        NaN if no neuron fired often enough.

    Raises
    ------
    ValueError
        If fewer than three spikes are asked for.

    References
    ----------
    .. [1] Softky and Koch (1993), J. Neurosci. 13:334.
    """
    if least_spikes < _LEAST_SPIKES:
        msg = f"least_spikes = {least_spikes!r} leaves no intervals to compare (allowed: 3 or more)"
        raise ValueError(msg)
    neurons, times = _recorded(spikes)
    size = len(spikes.source)
    # Spikes come in the order of time; numpy sorts small integers in linear time.
    order = np.argsort(neurons.astype(np.min_scalar_type(size)), kind="stable")
    neurons, times = neurons[order], times[order]
    same = neurons[1:] == neurons[:-1]
    owner, intervals = neurons[1:][same], np.diff(times)[same]
    count = np.bincount(owner, minlength=size)
    enough = count >= least_spikes - 1
    if not enough.any():
        return float("nan")
    mean = np.bincount(owner, intervals, minlength=size)[enough] / count[enough]
    # Two passes: the squares' mean minus the mean's square loses the digits of regular trains.
    of_owner = np.zeros(size)
    of_owner[enough] = mean
    squares = np.bincount(owner, (intervals - of_owner[owner]) ** 2, minlength=size)[enough]
    return float(np.mean(np.sqrt(squares / count[enough]) / mean))


def synchrony(spikes: Any, duration: Any, window: Any) -> float:
    r"""Give the synchrony index of the neurons' spike counts.

    Golomb and Rinzel's measure [1]_ [2]_, of the counts :math:`x_i(t)` in
    windows of time:

    .. math:: \chi = \sqrt{\mathrm{Var}_t\left[\langle x_i \rangle_i\right]
                     / \langle \mathrm{Var}_t[x_i] \rangle_i}

    It is 1 if all neurons do the same, and :math:`1/\sqrt{N}` if N neurons
    know nothing of each other.

    Parameters
    ----------
    spikes
        A spike monitor.
    duration, window
        How long it recorded, and the length of a window: times with their
        units, or seconds. A rest that fills no window is left out.

    Returns
    -------
    float
        From 0 to 1; NaN if no count ever changes, as in less than two windows.

    Raises
    ------
    TypeError, ValueError
        If duration or window is no time, or the window not above zero.

    References
    ----------
    .. [1] Golomb and Rinzel (1994), Physica D 72:259.
    .. [2] Golomb (2007), Scholarpedia 2:1347.
    """
    counts = _Counts(spikes, duration, window)
    variance = counts.variance.sum() / counts.neurons
    if not variance:
        return float("nan")
    together = np.bincount(counts.window, counts.count, minlength=counts.windows) / counts.neurons
    return float(np.sqrt(together.var() / variance))


def pairwise_correlation(spikes: Any, duration: Any, window: Any) -> float:
    r"""Give the mean correlation of the spike counts of two neurons.

    Pearson's coefficient of the counts in windows of time, averaged over all
    pairs of neurons whose counts change at all. Not pair by pair: of counts
    :math:`z_i` with mean 0 and variance 1, in :math:`B` windows, the mean over
    the pairs of :math:`n` neurons is

    .. math:: \frac{\lVert \sum_i z_i \rVert^2 / B - n}{n (n - 1)}

    Parameters
    ----------
    spikes
        A spike monitor.
    duration, window
        How long it recorded, and the length of a window: times with their
        units, or seconds. A rest that fills no window is left out.

    Returns
    -------
    float
        From -1 to 1; NaN if fewer than two neurons' counts change.

    Raises
    ------
    TypeError, ValueError
        If duration or window is no time, or the window not above zero.
    """
    counts = _Counts(spikes, duration, window)
    changing = np.flatnonzero(counts.variance)
    n = len(changing)
    if n < 2:  # noqa: PLR2004 - a pair
        return float("nan")
    spread = np.ones(counts.neurons)
    spread[changing] = np.sqrt(counts.variance[changing])
    kept = counts.variance[counts.neuron] > 0
    sums = np.bincount(
        counts.window[kept],
        counts.count[kept] / spread[counts.neuron[kept]],
        minlength=counts.windows,
    )
    sums -= (counts.mean[changing] / spread[changing]).sum()
    return float((np.dot(sums, sums) / counts.windows - n) / (n * (n - 1)))


class _Counts:
    """Spike counts of neurons in windows of time; only those that are not zero are listed.

    Attributes
    ----------
    neurons, windows
        How many there are.
    neuron, window, count
        Shape (counts that are not zero,).
    mean, variance
        Over time, shape (neurons,).
    """

    def __init__(self, spikes: Any, duration: Any, window: Any) -> None:
        length, width = _seconds("duration", duration), _seconds("window", window)
        if width <= 0:
            msg = f"window = {window!r} (allowed: above zero)"
            raise ValueError(msg)
        # A whole number of windows may come out as 19.999999999999996.
        self.windows = int(length / width * (1 + 1e-9))
        self.neurons = len(spikes.source)
        neurons, times = _recorded(spikes)
        # Times are multiples of dt: one that is a window's beginning belongs to it,
        # although the division may come out just below.
        windows = np.floor(times / width * (1 + 1e-12) + 1e-9).astype(np.int64)
        inside = windows < self.windows
        places, self.count = np.unique(
            neurons[inside] * self.windows + windows[inside], return_counts=True
        )
        self.neuron, self.window = np.divmod(places, self.windows)
        divisor = max(self.windows, 1)
        self.mean = np.bincount(self.neuron, self.count, minlength=self.neurons) / divisor
        # Two passes: all windows without spikes differ from the mean by the mean.
        rest = self.windows - np.bincount(self.neuron, minlength=self.neurons)
        apart = (self.count - self.mean[self.neuron]) ** 2
        squares = np.bincount(self.neuron, apart, minlength=self.neurons)
        self.variance = (squares + rest * self.mean**2) / divisor


def _seconds(name: str, time: Any) -> float:
    if dimensions_of(time) not in {TIME, NO_DIMENSIONS} or np.ndim(time):
        msg = f"{name} = {time!r} is not a time (allowed: a time such as 5*ms, or seconds)"
        raise TypeError(msg)
    return float(np.asarray(time))


def _recorded(spikes: Any) -> tuple[_Array, _Array]:
    """Give the neuron and the time (s) of every spike."""
    return np.asarray(spikes.i[:], dtype=np.int64), np.asarray(spikes.t_[:], dtype=float)
