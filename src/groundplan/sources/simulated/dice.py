"""Random numbers one at a time, drawn in blocks: one draw from NumPy costs thirty times more."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Final, TypeVar

import numpy as np

BLOCK: Final = 8_192
Thing = TypeVar("Thing")


class Dice:
    """Throws from one generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._shares: list[float] = []
        self._normals: list[float] = []

    def share(self) -> float:
        """A number from 0 to less than 1."""
        if not self._shares:
            self._shares = self._rng.random(BLOCK).tolist()
        return self._shares.pop()

    def below(self, count: int) -> int:
        """A whole number from 0 to less than `count`."""
        return int(self.share() * count)

    def log_normal(self, median: float, sd: float) -> float:
        """A positive number with heavy tails. sd: of its log."""
        if not self._normals:
            self._normals = self._rng.standard_normal(BLOCK).tolist()
        return median * exp(sd * self._normals.pop())

    def one_of(self, things: Sequence[Thing]) -> Thing:
        """One of some things, each as likely."""
        return things[self.below(len(things))]
