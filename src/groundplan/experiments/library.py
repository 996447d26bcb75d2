"""What several studies say together, and what the next team may expect of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from groundplan.experiments.views import Pool
from groundplan.inference.panels.meta import Pooled, expect_next, pool_studies
from groundplan.records.studies import Finding, Study
from groundplan.terms.estimate import Unknown


def pool_findings(findings: Sequence[Finding]) -> tuple[Pool, ...]:
    """Findings on the same intervention and outcome together, where there is more than one.

    Exploratory ones, and those without an estimate on the scale of percent, are left out.
    """
    known = sorted((one for one in findings if _counts(one)), key=_about)
    pools = []
    for (intervention, outcome), some in groupby(known, key=_about):
        group = list(some)
        if len(group) > 1:
            pools.append(_pool(intervention, outcome, group))
    return tuple(pools)


def _counts(one: Finding) -> bool:
    return not one.exploratory and one.log_effect is not None and bool(one.se)


def _about(one: Finding) -> tuple[str, str]:
    return _plain(one.intervention), one.outcome


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("-", " ").split())


def _pool(intervention: str, outcome: str, group: Sequence[Finding]) -> Pool:
    pooled = _together(group)
    if isinstance(pooled, Unknown):
        return Pool(intervention, outcome, len(group), None, None, None, None, None, str(pooled))
    mean = pooled.mean
    effect, low, high = (_percent(value) for value in (mean.estimate, mean.low, mean.high))
    next_low, next_high = _percent(pooled.low), _percent(pooled.high)
    says = (
        f"{len(group)} studies: {effect:+.0f}% on average ({low:+.0f}% to {high:+.0f}%); another "
        f"team's own effect lies between {next_low:+.0f}% and {next_high:+.0f}%, 95% sure."
    )
    return Pool(intervention, outcome, len(group), effect, low, high, next_low, next_high, says)


def _together(group: Sequence[Finding]) -> Pooled | Unknown:
    return pool_studies(*_arrays(group))


def _arrays(group: Sequence[Finding]) -> tuple[list[float], list[float]]:
    effects = [one.log_effect for one in group if one.log_effect is not None]
    return effects, [one.se for one in group if one.se is not None]


def _percent(log_effect: float) -> float:
    return 100 * math.expm1(log_effect)


def say_prior(findings: Sequence[Finding], study: Study) -> str:
    """What earlier studies of the same thing would lead one to expect; "" without any."""
    if study.measure is None:
        return ""
    wanted = (_plain(study.intervention), study.measure.outcome)
    group = [f for f in findings if _counts(f) and _about(f) == wanted and f.study != study.number]
    if not group:
        return ""
    pooled = _together(group)
    if isinstance(pooled, Unknown):
        words = ", ".join(f"{one.effect:+.0f}%" for one in group if one.effect is not None)
        return f"Found so far: {words}. {str(pooled)[:1].upper()}{str(pooled)[1:]}."
    prior = expect_next(*_arrays(group))
    if isinstance(prior, Unknown):
        return _pool(*wanted, group).says
    worth, up = study.measure.worth / 100, study.measure.more_is_better
    if up:
        good = prior.chance_above(math.log1p(worth))
    else:
        good = 1 - prior.chance_above(math.log1p(-min(worth, 0.99)))
    return f"{_pool(*wanted, group).says} The chance that yours is worth having is {good:.0%}."
