"""Somebody's own series and its changes of level, by the names that the series has for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundplan.inference.changepoints.detection import Changes
from groundplan.sources.csv.series import Measurements
from groundplan.sources.csv.shape import Guess
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import SHARE, Share


@dataclass(frozen=True, slots=True)
class Point:
    """A change of level. index: the first measurement after it, from 0; low, high: at 90%.

    at, at_low, at_high: the same as the series names its measurements. alarm_probability: of a
    quiet series as long, how likely is any alarm as strong [share].
    """

    index: int
    low: int
    high: int
    at: str
    at_low: str
    at_high: str
    size: Estimate
    alarm_probability: Share


@dataclass(frozen=True, slots=True)
class Found:
    """The changes of a series. resemblance: between neighbours; alarm_rate: of quiet series."""

    says: tuple[str, ...]
    changes: tuple[Point, ...]
    points: int
    alarm_rate: Share
    alarm_probability: Share | None
    resemblance: float | None
    unknown: Unknown | None
    guesses: tuple[Guess, ...]
    notes: tuple[str, ...]


def name_points(found: Changes, labels: Sequence[str]) -> tuple[Point, ...]:
    """The changes with the series' own names of their places."""
    return tuple(
        Point(
            one.index, one.low, one.high,
            labels[one.index], labels[one.low], labels[one.high],
            one.size, one.alarm_probability,
        )
        for one in found.found
    )  # fmt: skip


def tell_changes(told: Measurements, found: Changes | Unknown, rate: float) -> Found:
    """The changes of somebody's own series."""
    read = (told.guesses, told.notes)
    if isinstance(found, Unknown):
        return Found((str(found),), (), len(told.values), rate, None, None, found, *read)
    points = name_points(found, told.labels)
    said = [speak_of_point(point) for point in points] or [
        "No change of level speaks louder than chance."
    ]
    return Found(
        tuple(said), points, found.n, rate, found.alarm_probability, found.resemblance, None, *read
    )


def speak_of_point(point: Point) -> str:
    """A change in a sentence."""
    size, at = point.size, f" ({point.at})" if point.at else ""
    way = "up" if size.value > 0 else "down"
    ends = sorted((abs(size.low), abs(size.high)))
    return (
        f"From measurement {point.index + 1}{at} on, between {point.low + 1} and {point.high + 1}: "
        f"{way} by {size.unit.say(abs(size.value))} "
        f"({size.level:.0%}: {size.unit.format(ends[0])} to {size.unit.format(ends[1])}); "
        f"as strong an alarm in {SHARE.format(point.alarm_probability)} of quiet series."
    )
