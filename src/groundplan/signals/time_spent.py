"""Engineering time as rows: the newest quarter against the one before, and week by week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from groundplan.records.alignment import WORK_KINDS
from groundplan.signals.engineering_time import HORIZONS, part_of, unaligned
from groundplan.signals.signal import Point, Reading
from groundplan.terms.estimate import Estimate, Measured


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A share of active days in the newest quarter (value), and in the one before."""

    key: str
    name: str
    value: Measured
    before: Measured


@dataclass(frozen=True, slots=True)
class WeekRow:
    """The shares of one published stretch, a week or more; kinds: in the order of WORK_KINDS."""

    start_on: date
    end_on: date
    unaligned: Measured
    kinds: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class TimeSpent:
    """Where active engineering time went. unaligned: of the newest quarter."""

    start_on: date
    end_on: date
    people: int
    unaligned: Measured
    kinds: tuple[ShareRow, ...]
    horizons: tuple[ShareRow, ...]
    goals: tuple[ShareRow, ...]
    weeks: tuple[WeekRow, ...]
    series: tuple[Point, ...]


def split_time(quarter: Reading, weekly: Reading, names: Mapping[str, str]) -> TimeSpent:
    """Shares of time as rows. names: of goals and key results, by their ids."""

    def rows(prefix: str, keys: Iterable[tuple[str, str]]) -> tuple[ShareRow, ...]:
        return tuple(
            ShareRow(key, name, *(part_of(at, f"{prefix}:{key}") for at in (now, before)))
            for key, name in keys
        )

    now, before = quarter.now, quarter.before
    goals = [(key, name) for key, name in names.items() if _is_told(now, key)]
    weeks = tuple(
        WeekRow(
            point.block.start_on, point.block.end_on, unaligned(point.value),
            tuple(part_of(point.value, f"kind:{kind}") for kind in WORK_KINDS),
        )
        for point in reversed(weekly.series)
    )  # fmt: skip
    series = tuple(Point(point.block, unaligned(point.value)) for point in weekly.series)
    window = quarter.window
    return TimeSpent(
        window.start_on, window.end_on, quarter.people, unaligned(now),
        rows("kind", zip(WORK_KINDS, WORK_KINDS, strict=True)),
        rows("horizon", zip(HORIZONS, HORIZONS, strict=True)), rows("goal", goals), weeks, series,
    )  # fmt: skip


def _is_told(value: Measured, key: str) -> bool:
    return isinstance(part_of(value, f"goal:{key}"), Estimate)
