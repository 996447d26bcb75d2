"""Promises as they stood at a moment, and what came of them: what both data sets are brought to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from groundplan.inference.delay import Record


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise at one moment. `chance` is the forecast's, of being late; NaN where it has none.

    project: what is left out of the fit together. cluster: what resembles itself. moment: share of
    the time that was over. late_before, promises_before: own promises whose time was over.
    left_share: of what was promised, still to do. naive: whether what is left, at the past
    velocity, lasts longer than the time that is left. short: the share that was missing in the end.
    """

    project: str
    cluster: str
    name: str
    moment: float
    days_before: float
    chance: float
    late_before: float
    promises_before: float
    left_share: float
    naive: bool
    on_first_day: bool
    late: bool
    short: float


class Promises:
    """Columns of many promises, by the names of `Promise`."""

    def __init__(self, columns: dict[str, np.ndarray]) -> None:
        self.columns = columns

    @classmethod
    def of(cls, rows: Sequence[Promise]) -> Promises:
        """The rows as columns."""
        names = [field.name for field in fields(Promise)]
        return cls({name: np.array([getattr(row, name) for row in rows]) for name in names})

    def __getattr__(self, name: str) -> np.ndarray:
        try:
            return self.columns[name]
        except KeyError:
            raise AttributeError(name) from None

    def __len__(self) -> int:
        return len(self.columns["late"])

    def only(self, rows: np.ndarray) -> Promises:
        """Some of them."""
        return Promises({name: column[rows] for name, column in self.columns.items()})

    @property
    def nothing_left(self) -> np.ndarray:
        """Whether all of it was done already."""
        return self.left_share == 0

    @property
    def record(self) -> np.ndarray:
        """The share of own promises that came late before, drawn to a half where few (Laplace)."""
        return Record(self.late_before, self.promises_before).share
