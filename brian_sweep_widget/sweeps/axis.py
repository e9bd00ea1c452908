"""One swept parameter and its values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brian_sweep_widget.models.parameters import Plain
from brian_sweep_widget.models.units import PLAIN_NUMBER, Unit


@dataclass(frozen=True, slots=True)
class Axis:
    """A swept parameter and its values in SI units.

    Parameters
    ----------
    name, label
        The parameter's name, and how it is called for people.
    values
        SI numbers, rising.
    unit
        In which the values are shown.
    """

    name: str
    values: tuple[Plain, ...]
    unit: Unit = PLAIN_NUMBER
    label: str = ""

    def __len__(self) -> int:
        return len(self.values)

    @property
    def shown(self) -> list[float]:
        """The values in the axis's unit."""
        return [self.unit.show(float(value)) for value in self.values]

    @property
    def title(self) -> str:
        """Label with unit, as on a chart: "Excitatory weight (mV)"."""
        label = self.label or self.name
        return f"{label} ({self.unit.symbol})" if self.unit.symbol else label

    def levels(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Tell for every value how fine the picture must be before it is needed.

        The ends are level 0, the middle is 1, the quarters are 2 and so on, so
        that the first few jobs show the curve's shape.

        Returns
        -------
        array, shape (len(self),)
            The level of each value, in the order of ``values``.
        """
        levels = np.zeros(len(self.values), dtype=np.int64)
        gaps = [(0, len(self.values) - 1)]
        level = 0
        while gaps:
            level += 1
            finer = []
            for low, high in gaps:
                if high - low > 1:
                    middle = (low + high) // 2
                    levels[middle] = level
                    finer += [(low, middle), (middle, high)]
            gaps = finer
        return levels
