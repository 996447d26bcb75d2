"""What must not get worse: the quality guardrail, and what people said to the pulse statement."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import ndtri

from groundplan.experiments.views import Moved
from groundplan.records.studies import Felt, Study

LEVEL: Final = 0.95
EVEN: Final = 0.5
WORSE: Final = 0.4  # the odds are 3 to 2 that somebody felt better before


@dataclass(frozen=True, slots=True)
class Shift:
    """The chance that somebody felt better afterwards than another one before [share], ties half.

    Shares of 0.5 are no shift.
    """

    chance: float
    low: float
    high: float


def compare_answers(before: Sequence[int], after: Sequence[int]) -> Shift:
    """Whether answers on an ordered scale moved: how many gave each answer, before and afterwards.

    The interval is of the logit, so that it stays between 0 and 1. The same people may have
    answered both times; nobody knows who, so they are taken as different, which widens it.

    Source: Brunner and Munzel (2000), Biometrical Journal 42(1); Newcombe (2006), Statistics in
    Medicine 25(4).
    """
    # one answer more, spread evenly: where all said the same, that is not known for sure
    first, second = (
        np.asarray(counts, dtype=np.float64) + 1 / len(counts) for counts in (before, after)
    )
    below_first = np.cumsum(first) - first / 2  # of the answers before, how many lie under each
    below_second = np.cumsum(second) - second / 2
    n, m = float(first.sum()), float(second.sum())
    chance = float(second @ below_first / (n * m))
    above = 1 - below_second / m  # for each answer before, the share afterwards above it
    spread_first = float(first @ (above - chance) ** 2 / (n - 1))
    spread_second = float(second @ (below_first / n - chance) ** 2 / (m - 1))
    error = math.sqrt(spread_first / n + spread_second / m)
    reach = float(ndtri((1 + LEVEL) / 2)) * error / (chance * (1 - chance))
    middle = math.log(chance / (1 - chance))
    low, high = (1 / (1 + math.exp(-(middle + way * reach))) for way in (-1, 1))
    return Shift(chance, low, high)


def judge_guards(study: Study) -> tuple[Moved, ...]:
    """Whether the guardrail and the pulse held; Goodhart's check on the outcome."""
    if study.result is None or study.measure is None:
        return ()
    quality = study.result.found.get("guardrail")
    return (*([_read_guardrail(quality)] if quality else []), judge_pulse(study))


def _read_guardrail(said: Mapping[str, Any]) -> Moved:
    return Moved(said["what"], said["held"], said["says"])


def judge_pulse(study: Study) -> Moved:
    """Whether people feel worse than before."""
    told = {felt.after: felt for felt in study.pulses}
    what = f"“{study.measure.pulse}”" if study.measure else "The pulse"
    if set(told) != {False, True}:
        asked = "before the start" if False in told else "afterwards" if told else "never"
        return Moved(
            what, None, f"People were asked {asked} only." if told else "Nobody was asked."
        )
    shift = compare_answers(told[False].answers, told[True].answers)
    says = (
        f"{_mean(told[False]):.1f} of 5 before ({sum(told[False].answers)} answers), "
        f"{_mean(told[True]):.1f} afterwards ({sum(told[True].answers)}); the chance that somebody "
        f"felt better afterwards is {shift.chance:.0%} ({shift.low:.0%} to {shift.high:.0%})."
    )
    if shift.high < EVEN:
        return Moved(what, False, f"{says} People feel worse.")
    if shift.low > WORSE:
        return Moved(what, True, says)
    return Moved(what, None, f"{says} That is too wide to tell.")


def _mean(felt: Felt) -> float:
    return sum(nr * count for nr, count in enumerate(felt.answers, 1)) / sum(felt.answers)


def say_pulses(study: Study) -> tuple[str, ...]:
    """Who answered when, without a comparison that would be a look at the study."""
    return tuple(
        f"{sum(felt.answers)} people answered {'afterwards' if felt.after else 'before the start'}"
        for felt in study.pulses
    )
