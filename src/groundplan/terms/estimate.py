"""A number that admits what it does not know. Zero never stands for unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from groundplan.terms.units import Unit


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval: `level` of such intervals hold the truth.

    n: the sample size; n_of: what was sampled ("weeks", "changes").
    method: how the interval was made, in words a statistician recognises.
    """

    value: float
    low: float
    high: float
    level: float
    unit: Unit
    n: int
    n_of: str
    method: str

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise ValueError(f"level must lie between 0 and 1, got {self.level}")
        if not self.low <= self.value <= self.high:
            raise ValueError(
                f"need low <= value <= high, got {self.low}, {self.value}, {self.high}"
            )

    def __str__(self) -> str:
        return (
            f"{self.unit.say(self.value)} "
            f"({self.level:.0%}: {self.unit.format(self.low)} to {self.unit.format(self.high)})"
        )


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not enough data, said as a value: have `have`, need `need` of `of`."""

    reason: str
    have: int
    need: int
    of: str

    def __str__(self) -> str:
        return f"not enough data: {self.reason} (have {self.have:,} {self.of}, need {self.need:,})"


Measured: TypeAlias = Estimate | Unknown
