"""What an estimator of an intervention answers, in one shape for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Scale: TypeAlias = Literal["difference", "percent"]


@dataclass(frozen=True, slots=True)
class Effect:
    """By how much treated units differ from what they would have been, with its interval.

    estimate, low, high: on `scale`: in the outcome's unit, or in percent of what would have been.
    Ends may be infinite where the data do not bound them. p: two-sided, None where the method has
    none. se: on the scale of estimation (of logs for percent), None where there is none. method:
    in words that a statistician recognises. caveats: what a reader must know, in sentences.
    """

    estimate: float
    low: float
    high: float
    level: float
    p: float | None
    se: float | None
    method: str
    scale: Scale
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise ValueError(f"level must lie between 0 and 1, got {self.level}")
        if not self.low <= self.high:
            raise ValueError(f"need low <= high, got {self.low}, {self.high}")
        if self.p is not None and not 0 <= self.p <= 1:
            raise ValueError(f"p must lie between 0 and 1, got {self.p}")

    @property
    def is_significant(self) -> bool:
        """Whether no effect at all is ruled out at this level; never where there is no p."""
        return self.p is not None and self.p <= 1 - self.level + 1e-12
