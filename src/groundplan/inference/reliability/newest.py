"""Did the newest session of a measurement differ from those before it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtr

from groundplan.inference.arrays import Floats
from groundplan.inference.longrun import reach
from groundplan.inference.reliability.hosts import effect_free
from groundplan.inference.reliability.mean_squares import LEVEL
from groundplan.inference.reliability.runs import Runs
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import SHARE, Unit

LEAST_BEFORE: Final = 3  # sessions, for a comparison
CONFIRMED: Final = 3  # newest sessions that must agree before there is an alarm
LEAST_FOR_ALARM: Final = 4  # sessions before those
# Of each of them, as far off by chance: at this limit at most 5% of years of 100 sessions without
# any change raise an alarm, also where sessions resemble their neighbours (autoregression 0.6) and
# have heavy tails (evidence/kpi_reliability).
ALARM: Final = 1e-4
SUSPECT: Final = 5e-4  # of one session


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest session less the mean of those before, hosts being equal [the unit].

    p: how likely sessions that differ by chance alone differ as much. suspect: it is far off, but
    alone as yet. alarm: the three newest all are, in one direction. before: sessions.
    """

    difference: Estimate
    p: float
    suspect: bool
    alarm: bool
    before: int


def compare_newest(runs: Runs, unit: Unit) -> Newest | Unknown:
    """Whether the newest session lies where the next one was to be expected [the unit].

    Sessions are the units, each the mean of its hosts: whatever makes days differ is chance here.
    One session may always be an outlier, so that an alarm waits for three. Hosts that the newest
    session did not reach, or that only it did, are left out.

    Source: the prediction interval of a normal sample, Student's t; the limit of alarms by
    simulation (evidence/kpi_reliability).
    """
    newest = runs.day == len(runs.days) - 1
    both = set(runs.host[newest].tolist()) & set(runs.host[~newest].tolist())
    kept = runs.select(np.isin(runs.host, list(both)))
    before = len(kept.days) - 1 if both else 0
    if before < LEAST_BEFORE:
        reason = "too few sessions before it on the same hosts"
        return Unknown(reason, max(before, 0), LEAST_BEFORE, "sessions")
    days, _ = effect_free(kept)
    (off,), (p,), error = _off(days, 1)
    wide = reach(LEVEL, before - 1) * error
    method = "prediction interval of a session, Student's t"
    told = Estimate(off, off - wide, off + wide, LEVEL, unit, before + 1, "sessions", method)
    alarm = False
    if len(days) >= CONFIRMED + LEAST_FOR_ALARM:
        offs, chances, _ = _off(days, CONFIRMED)
        alarm = max(chances) < ALARM and abs(int(np.sign(offs).sum())) == CONFIRMED
    return Newest(told, p, p < SUSPECT, alarm, before)


def _off(days: Floats, newest: int) -> tuple[list[float], list[float], float]:
    """How far each of the newest days lies from those before them, and how likely by chance."""
    past = days[:-newest]
    error = float(np.std(past, ddof=1) * np.sqrt(1 + 1 / len(past)))
    off = [float(value) for value in days[-newest:] - past.mean()]
    if not error:
        return off, [float(one == 0) for one in off], error
    return off, [2 * float(stdtr(len(past) - 1, -abs(one) / error)) for one in off], error


def speak_of_newest(newest: Newest, mean: float, *, lower_is_better: bool) -> tuple[bool, str]:
    """Whether the newest session is as good as those before, and the sentence that says so."""
    off = newest.difference
    share = f" ({SHARE.format(abs(off.value / mean))})" if mean else ""
    told = (
        f"{off.unit.say(abs(off.value))}{share} {'higher' if off.value > 0 else 'lower'} than the "
        f"{newest.before:,} sessions before"
    )
    if newest.alarm:
        worse = (off.value > 0) == lower_is_better
        told += f", and so are the {CONFIRMED - 1} sessions before it"
        return not worse, f"{'Worse' if worse else 'Better'}: {told} (p = {newest.p:.2g})."
    if newest.suspect:
        return True, f"Measure again: {told} (p = {newest.p:.2g}), but alone as yet."
    return True, f"As before: {told}, as sessions are by chance (p = {newest.p:.2g})."
