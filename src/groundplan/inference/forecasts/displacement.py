"""Who pays if new work goes first: the days of open work before and behind it, and the shift."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from groundplan.inference.forecasts.claims import claim_day
from groundplan.inference.forecasts.forecast import Forecast
from groundplan.inference.forecasts.standing import LEVEL
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import Days


@dataclass(frozen=True, slots=True)
class Displaced:
    """The day by which open work is done, 85% sure, without the new work and behind it."""

    name: str
    on: date | Unknown
    if_now: date | Unknown
    shift_days: Days | Unknown


@dataclass(frozen=True, slots=True)
class Displacement:
    """now_on, after_on: when the new work is done, 85% sure, taken first and taken last. moved: of
    the `of_moved` pieces of open work that would be done later all that are promised, then the
    first of the others."""

    now_on: date | Unknown
    after_on: date | Unknown
    moved: tuple[Displaced, ...]
    of_moved: int


def displace(
    ahead: Forecast | Unknown,
    ends: Sequence[tuple[str, int]],
    size: int,
    until: date,
    today: date,
    *,
    promised: Collection[str] = (),
    most: int = 8,
) -> Displacement:
    """What so many new items would displace in a plan [days of the 85% claims].

    ends: open work by name, with the place in the plan of its last item, rising. until: the day
    that ends the history. promised: names that are told however late they come. New work is not
    done before today. What cannot be claimed is Unknown, with the reason.

    Source: evidence/forecast_coverage.
    """
    if isinstance(ahead, Unknown):
        return Displacement(ahead, ahead, (), 0)
    now_on = _from(today, claim_day(ahead, size, LEVEL, until))
    if not ends:
        return Displacement(now_on, Unknown("no open work is known", 0, 1, "open items"), (), 0)
    after_on = _from(today, claim_day(ahead, ends[-1][1] + size, LEVEL, until))
    told = [each for each in ends if each[0] in promised]
    told += [each for each in ends if each[0] not in promised][: max(most - len(told), 0)]
    moved = []
    for name, end in told:
        on, if_now = (claim_day(ahead, place, LEVEL, until) for place in (end, end + size))
        moved.append(Displaced(name, on, if_now, _shift(on, if_now)))
    return Displacement(now_on, after_on, tuple(moved), len(ends))


def _from(today: date, on: date | Unknown) -> date | Unknown:
    return on if isinstance(on, Unknown) else max(on, today)


def _shift(on: date | Unknown, later: date | Unknown) -> int | Unknown:
    if isinstance(on, Unknown):
        return on
    return later if isinstance(later, Unknown) else (later - on).days
