"""Whether a series of readings can be trusted to show a change: one reading a window, no runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from groundplan.inference.reliability.components import decompose
from groundplan.inference.reliability.detectable import list_detectable
from groundplan.inference.reliability.hosts import compare_hosts
from groundplan.inference.reliability.runs import Runs
from groundplan.inference.reliability.same_code import SameCode, compare_halves
from groundplan.inference.reliability.verdicts import Reliability, mean_of, say_too_small
from groundplan.terms.estimate import Measured, Unknown
from groundplan.terms.units import Unit

LEAST_FOR_ORDER: Final = 7  # windows; fewer have too few orders to shuffle (same_code.LEAST_ORDERS)
NEWEST: Final = 8  # windows that are judged: what was long ago says little of the next one


def assess_readings(runs: Runs, wanted: float, unit: Unit, rng: np.random.Generator) -> Reliability:
    """Whether readings can show a change of `wanted` [the unit], as `verdicts.assess` says it.

    Each window counts as a session of one run. The A/A test compares the earlier and the later
    half of the newest windows: what moves by itself would pass for the team's work. Chance is
    what windows do, so that their own intervals are in it.
    """
    newest = runs.select(runs.day >= len(runs.days) - NEWEST)
    same_code = compare_halves(_as_one_session(newest), rng)
    sees = list_detectable(newest, unit, (1,))[0]
    mean = mean_of(newest)
    to_do = [
        *_about_order(same_code, len(newest.days)),
        *_about_change(sees.since_before, wanted, mean),
    ]
    return Reliability(
        trustworthy=not to_do,
        to_do=tuple(to_do),
        mean=mean,
        runs=len(newest.value),
        failed=0,
        hosts=1,
        days=len(newest.days),
        usual_repetitions=1,
        wanted=wanted,
        sees=sees,
        sources=decompose(newest, unit),
        agreement=compare_hosts(newest, unit),
        same_code=same_code,
        detectable=(sees,),
    )


def _as_one_session(runs: Runs) -> Runs:
    return replace(runs, day=np.zeros_like(runs.day), days=runs.days[-1:])


def _about_order(same_code: SameCode | Unknown, windows: int) -> list[str]:
    if isinstance(same_code, Unknown):
        return [f"The A/A test needs {LEAST_FOR_ORDER} windows, and there are {windows} so far."]
    if same_code.passed:
        return []
    return [
        f"The A/A test fails (p = {same_code.p:.3f}): it moves by itself, the newer windows differ "
        "from the older ones. Wait until it is steady, or take what your work alone moves."
    ]


def _about_change(told: Measured, wanted: float, mean: float) -> list[str]:
    if isinstance(told, Unknown):
        return [f"What it sees is not known: {told}."]
    if told.value <= wanted:
        return []
    return [f"{say_too_small(told, wanted, mean)}: ask for more, or take what varies less."]
