"""How readings are said to a person: the same words on the page, in the report, in Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from groundplan.interfaces.charts.svg import say_day
from groundplan.signals.calibration import Calibration
from groundplan.signals.signal import Block
from groundplan.terms.estimate import Estimate, Measured, Unknown


@dataclass(frozen=True, slots=True)
class Change:
    """Now against before. direction: up, down, flat (no clear change) or unknown."""

    direction: str
    words: str
    interval: str


def say_label(name: str) -> str:
    """A name of the code as a label: `Low days`, `KPI`."""
    words = ["KPI" if word == "kpi" else word for word in name.split("_")]
    return " ".join([words[0] if words[0].isupper() else words[0].capitalize(), *words[1:]])


def say_value(value: Measured) -> str:
    """The value with its unit, or `not enough data`."""
    return value.unit.say(value.value) if isinstance(value, Estimate) else "not enough data"


def say_interval(value: Measured) -> str:
    """`10 to 14`, or what is missing."""
    if isinstance(value, Unknown):
        return f"have {value.have:,} {value.of}, need {value.need:,}"
    return f"{value.unit.format(value.low)} to {value.unit.format(value.high)}"


def say_level(value: Measured) -> str:
    """`95% interval`; empty if nothing is known."""
    return f"{value.level:.0%} interval" if isinstance(value, Estimate) else ""


def say_held(calibration: Calibration) -> str:
    """How often such intervals held: `89%`."""
    return f"{calibration.covered:.0%}"


def say_sample(value: Measured) -> str:
    """`from 13 weeks`; why not, if nothing is known."""
    if isinstance(value, Unknown):
        return value.reason
    return f"from {value.n:,} {value.n_of}"


def say_change(change: Measured, claimed: bool) -> Change:
    """A ratio as a percentage, a difference in its own unit; `no clear change` unless claimed.

    claimed: the reading stands out among all that are shown side by side (`Reading.stands_out`).
    """
    if isinstance(change, Unknown):
        return Change("unknown", "cannot tell yet", say_interval(change))
    if change.unit.name == "ratio":
        none = 1.0
        value, low, high = (_percent(v) for v in (change.value, change.low, change.high))
    else:
        none = 0.0
        value, low, high = (_signed(change, v) for v in (change.value, change.low, change.high))
    interval = f"{low} to {high}"
    if claimed and change.low > none:
        return Change("up", f"up {value.lstrip('+')}", interval)
    if claimed and change.high < none:
        return Change("down", f"down {value.lstrip('−')}", interval)
    return Change("flat", "no clear change", interval)


def _percent(ratio: float) -> str:
    percent = 100 * (ratio - 1)
    sign = "+" if percent > 0 else "−" if percent < 0 else ""
    return f"{sign}{abs(percent):,.0f}%"


def _signed(change: Estimate, value: float) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    if change.unit.name == "share":
        return f"{sign}{100 * abs(value):.1f} points".replace(".0 points", " points")
    return f"{sign}{change.unit.format(abs(value))}"


def say_block(block: Block) -> str:
    """`4 Mar 2024 to 2 Jun 2024`."""
    return f"{say_day(block.start_on)} to {say_day(block.end_on - timedelta(days=1))}"


def say_moment(moment: datetime | date | None) -> str:
    """A day as a person writes it; `never` if there is none."""
    if moment is None:
        return "never"
    return say_day(moment.date() if isinstance(moment, datetime) else moment)


def say_span(seconds: float | None) -> str:
    """`40 s`, `3 min`, `2 h`."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def say_count(count: float) -> str:
    """A count with thousands separators."""
    return f"{count:,.0f}"
