"""The one shape in which all designs and estimators of interventions see their data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers
from groundplan.terms.errors import BadInput

NEVER: Final = -1


@dataclass(frozen=True, slots=True)
class Panel:
    """Outcomes of units over equal periods.

    outcome: (units, periods), NaN where not observed. treated_from: (units,), the index of the
    first treated period, NEVER if the unit was never treated. Made by `make_panel`, which checks.
    """

    units: tuple[str, ...]
    periods: tuple[str, ...]
    outcome: Floats
    treated_from: Integers

    @property
    def treated(self) -> npt.NDArray[np.bool_]:
        """Which units are treated at some time, (units,)."""
        return np.asarray(self.treated_from != NEVER)

    @property
    def starts(self) -> Integers:
        """The distinct first treated periods, in order."""
        return np.unique(self.treated_from[self.treated])

    def is_treated(self) -> npt.NDArray[np.bool_]:
        """Which cells are under treatment, (units, periods)."""
        at = np.arange(len(self.periods))
        return np.asarray(self.treated[:, None] & (at >= self.treated_from[:, None]))

    def select(self, units: npt.ArrayLike) -> Panel:
        """The panel of some units, by position or mask, in that order."""
        at = np.arange(len(self.units))[np.asarray(units)]
        return Panel(
            tuple(self.units[i] for i in at), self.periods, self.outcome[at], self.treated_from[at]
        )

    def window(self, first: int, end: int) -> Panel:
        """The periods from `first` to before `end`; units treated from `end` on are untreated."""
        at = self.treated_from
        inside = np.where((at == NEVER) | (at >= end), NEVER, np.maximum(at - first, 0))
        return Panel(self.units, self.periods[first:end], self.outcome[:, first:end], inside)

    def assigned(self, treated_from: Integers) -> Panel:
        """The same outcomes under another assignment."""
        return replace(self, treated_from=np.asarray(treated_from, dtype=np.int64))


def make_panel(
    units: Iterable[str],
    periods: Iterable[str],
    outcome: npt.ArrayLike,
    treated_from: npt.ArrayLike,
) -> Panel:
    """A checked panel. Infinite outcomes are no outcomes, so they are refused, not left out.

    Errors: BadInput names the field, what was got and what is allowed: shapes that do not agree,
    names that occur twice, fewer than two periods, no number at all, starts outside the periods.
    """
    names, times = tuple(map(str, units)), tuple(map(str, periods))
    values = np.asarray(outcome, dtype=np.float64)
    starts = np.asarray(treated_from)
    _check_names("units", names)
    _check_names("periods", times)
    if len(times) < 2:
        raise BadInput("periods", len(times), "at least two")
    if values.shape != (len(names), len(times)):
        raise BadInput("outcome", values.shape, f"{len(names)} units by {len(times)} periods")
    if np.isinf(values).any():
        unit, period = (int(i[0]) for i in np.nonzero(np.isinf(values)))
        place = f"outcome of {names[unit]} in {times[period]}"
        raise BadInput(place, "an infinite number", "a number, or NaN where not observed")
    if np.isnan(values).all():
        raise BadInput("outcome", "no number at all", "a number in some period")
    return Panel(names, times, values, _check_starts(starts, names, len(times)))


def _check_names(field: str, names: Sequence[str]) -> None:
    if not names:
        raise BadInput(field, "none", "at least one")
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise BadInput(field, twice, "each name once")


def _check_starts(starts: npt.NDArray[np.generic], names: Sequence[str], periods: int) -> Integers:
    if starts.shape != (len(names),):
        raise BadInput("treated_from", starts.shape, f"one start for each of {len(names)} units")
    whole = np.asarray(starts, dtype=np.float64)
    wrong = ~((whole == NEVER) | ((whole >= 0) & (whole < periods) & (whole == np.floor(whole))))
    if wrong.any():
        unit = int(np.flatnonzero(wrong)[0])
        allowed = f"the index of a period, 0 to {periods - 1}, or {NEVER} for never"
        raise BadInput(f"treated_from of {names[unit]}", float(whole[unit]), allowed)
    return whole.astype(np.int64)
