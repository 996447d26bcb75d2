"""Verdicts of a back-test as rows that people and machines can read: nothing is not a number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from groundplan.inference.forecasts.backtest import Backtest, Verdict
from groundplan.inference.forecasts.standing import LEVEL
from groundplan.terms.estimate import Measured, Unknown
from groundplan.terms.units import Share

_FEW: Final = 50  # claims; a share of fewer is told with their number


@dataclass(frozen=True, slots=True)
class Judged:
    """How a method's claims of one level did. coverage: came true; crps, width: in `unit`.

    of_all, inside: as `inference.forecasts.backtest.Verdict`; None where nothing could be judged.
    """

    question: str
    horizon_weeks: int
    level: Share
    method: str
    coverage: Measured
    claims: int
    forecasts: int
    of_all: Share | None
    inside: Share | None
    crps: float | None
    width: float | None
    unit: str


def write_rows(found: Backtest) -> tuple[Judged, ...]:
    """Verdicts as rows, each method's beside the other's; nothing that is not a number."""
    ordered = sorted(found.verdicts, key=lambda v: (v.question, v.horizon_weeks, v.level))
    return tuple(_row(verdict) for verdict in ordered)


def _row(verdict: Verdict) -> Judged:
    return Judged(
        verdict.question,
        verdict.horizon_weeks,
        verdict.level,
        verdict.method,
        verdict.held,
        verdict.claims,
        verdict.forecasts,
        _known(verdict.of_all),
        _known(verdict.inside),
        _known(verdict.crps),
        _known(verdict.width),
        "items" if verdict.question == "how many" else "weeks",
    )


def _known(number: float) -> float | None:
    return number if math.isfinite(number) else None


def speak_of_backtest(rows: Sequence[Judged]) -> tuple[str, ...]:
    """For each question how often 85% came true and how sharp it was, beside the bootstrap."""
    said = []
    for question in dict.fromkeys(row.question for row in rows):
        of_level = [row for row in rows if (row.question, row.level) == (question, LEVEL)]
        ours, theirs = (
            [row for row in of_level if row.method == method]
            for method in ("groundplan", "bootstrap")
        )
        weeks = ", ".join(str(row.horizon_weeks) for row in ours)
        held, other = (", ".join(map(_say_share, each)) for each in (ours, theirs))
        ratios = [_ratio(*pair) for pair in zip(ours, theirs, strict=True)]
        said.append(
            f"{question.capitalize()}: 85% claims at {weeks} weeks came true {held}; the "
            f"throughput bootstrap's {other}. CRPS to the bootstrap's: {', '.join(ratios)}."
        )
    return tuple(said)


def _ratio(ours: Judged, theirs: Judged) -> str:
    return f"{ours.crps / theirs.crps:.2f}" if ours.crps and theirs.crps else "unknown"


def _say_share(row: Judged) -> str:
    if isinstance(row.coverage, Unknown):
        return f"unknown of {row.claims}" if row.claims else "no claim"
    few = f" of {row.claims}" if row.claims < _FEW else ""
    return f"{row.coverage.value:.0%}{few}"
