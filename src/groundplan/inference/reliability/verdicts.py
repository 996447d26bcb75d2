"""One word on a measurement: trustworthy, or not yet; and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.reliability.components import Source, decompose
from groundplan.inference.reliability.detectable import (
    LEAST_DAYS,
    Detectable,
    list_detectable,
    repetitions_for,
)
from groundplan.inference.reliability.hosts import Agreement, Standing, compare_hosts
from groundplan.inference.reliability.runs import Runs, pool_cells
from groundplan.inference.reliability.same_code import SameCode, compare_halves
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import SHARE, Unit

MOST_FAILED: Final = 0.1  # of the runs
LEAST_REPETITIONS: Final = 3


@dataclass(frozen=True, slots=True)
class Reliability:
    """What is known of a measurement's reliability, and the verdict.

    to_do: what keeps it from being trusted, each with what to do; empty if it can be.
    sees: the smallest change it sees at its usual number of repetitions [the unit]. detectable: the
    same against repetitions, as far as anything is known of it.
    """

    trustworthy: bool
    to_do: tuple[str, ...]
    mean: float
    runs: int
    failed: int
    hosts: int
    days: int
    usual_repetitions: int
    wanted: float
    sees: Detectable
    sources: tuple[Source, ...]
    agreement: Agreement | Unknown
    same_code: SameCode | Unknown
    detectable: tuple[Detectable, ...]


def mean_of(runs: Runs) -> float:
    """The mean of a measurement over hosts and days, each host's day counting once [the unit]."""
    return float(pool_cells(runs).mean.mean())


def assess(
    runs: Runs, failed: int, wanted: float, unit: Unit, rng: np.random.Generator
) -> Reliability:
    """Whether a measurement can show a change of `wanted` [the unit].

    It is trustworthy once it has runs on four days, at most a tenth of them failed, the A/A test
    passes, no host is off by more than the change that it is to show, and that change is at
    least the smallest one that it sees against earlier days. failed: runs without a value.
    """
    mean = mean_of(runs)
    usual = max(round(pool_cells(runs).usual_runs), 1)
    agreement, same_code = compare_hosts(runs, unit), compare_halves(runs, rng)
    detectable = list_detectable(runs, unit)
    sees = list_detectable(runs, unit, (usual,))[0]
    to_do = [
        *_about_runs(runs, failed, usual),
        *_about_order(same_code),
        *_about_hosts(agreement, wanted, mean),
        *_about_change(sees, detectable, wanted, mean),
    ]
    return Reliability(
        trustworthy=not to_do,
        to_do=tuple(to_do),
        mean=mean,
        runs=len(runs.value),
        failed=failed,
        hosts=len(runs.hosts),
        days=len(runs.days),
        usual_repetitions=usual,
        wanted=wanted,
        sees=sees,
        sources=decompose(runs, unit),
        agreement=agreement,
        same_code=same_code,
        detectable=tuple(one for one in detectable if one.is_known),
    )


def _about_runs(runs: Runs, failed: int, usual: int) -> list[str]:
    found = []
    if len(runs.days) < LEAST_DAYS:
        found.append(f"Measured in {_count(len(runs.days), 'session')}: "
                     f"measure in {LEAST_DAYS} at least, on days of their own.")  # fmt: skip
    if usual < LEAST_REPETITIONS:
        found.append(
            f"Usually {_count(usual, 'run')} a host and session: "
            f"repeat it {LEAST_REPETITIONS} times at least."
        )
    total = failed + len(runs.value)
    if failed > MOST_FAILED * total:
        found.append(f"{failed:,} of {total:,} runs failed: repair the way it is measured.")
    return found


def _about_order(same_code: SameCode | Unknown) -> list[str]:
    if isinstance(same_code, Unknown):
        return [f"The A/A test cannot be made: {same_code}."]
    if same_code.passed:
        return []
    return [
        f"The A/A test fails (p = {same_code.p:.3f}): later runs of a session differ from earlier "
        "ones of the same code. Warm up first, or let the machine rest between runs."
    ]


def _about_hosts(agreement: Agreement | Unknown, wanted: float, mean: float) -> list[str]:
    if isinstance(agreement, Unknown) or not agreement.differ:
        return []
    odd = agreement.standings[0]
    if abs(odd.difference.value) <= wanted:
        return []
    if agreement.named:
        return [
            f"Host {odd.host} disagrees: {say_off(odd, mean)} than the others, which agree. "
            "Find out why, or leave it out."
        ]
    return [
        f"The hosts disagree among themselves, most of all {odd.host}: {say_off(odd, mean)} than "
        "the others. Make them alike, or measure on fewer."
    ]


def say_off(one: Standing, mean: float) -> str:
    """How far a host is off, in words."""
    told = one.difference
    way = "more" if told.value > 0 else "less"
    share = f", {SHARE.format(abs(told.value / mean))}" if mean else ""
    ends = sorted((abs(told.low), abs(told.high)))
    return (
        f"{told.unit.say(abs(told.value))}{share} {way} "
        f"({told.level:.0%}: {told.unit.format(ends[0])} to {told.unit.format(ends[1])})"
    )


def _about_change(
    sees: Detectable, detectable: tuple[Detectable, ...], wanted: float, mean: float
) -> list[str]:
    told = sees.since_before
    if isinstance(told, Unknown):
        return []  # too few sessions, which was said
    if told.value <= wanted:
        return []
    said = say_too_small(told, wanted, mean)
    enough = repetitions_for(wanted, detectable)
    if enough is not None:
        return [f"{said}: repeat it {enough} times a host."]
    beside = next(
        (d.repetitions for d in detectable
         if isinstance(d.side_by_side, Estimate) and d.side_by_side.value <= wanted), None,
    )  # fmt: skip
    if beside is None:
        return [f"{said}: no number of repetitions helps. Make its runs alike, or ask for less."]
    return [
        f"{said}, and no number of repetitions helps, as days differ: measure both versions in "
        f"one session, {beside} times a host each, or on more days."
    ]


def say_too_small(told: Estimate, wanted: float, mean: float) -> str:
    """That a change is smaller than the smallest one that is seen, as the start of a sentence."""
    share = f" ({SHARE.format(wanted / abs(mean))})" if mean else ""
    return (
        f"It sees a change from {told.unit.say(told.value)} on, "
        f"but is to show {told.unit.say(wanted)}{share}"
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
