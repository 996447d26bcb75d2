"""What other estimators say of the same study, beside the one that the table chose.

They may stop a verdict or warn; none of them can make one.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.breakdown import MOST, find_breakdown
from groundplan.inference.panels.caveats import Check
from groundplan.inference.panels.collapse import Collapsed, expressed
from groundplan.inference.panels.designs import Route, Rule
from groundplan.inference.panels.effects import Effect, Scale
from groundplan.inference.panels.event_time import MOST_STRETCHES, with_bands
from groundplan.inference.panels.panel import Panel
from groundplan.inference.panels.scales import mean_of_units
from groundplan.inference.panels.staggered import EventStudy
from groundplan.inference.panels.synthetic import Gaps, synthetic_control, synthetic_did
from groundplan.inference.panels.wild import bootstrap_wild
from groundplan.terms.estimate import Unknown

PARALLEL: Final = "parallel trends"
MIXTURE: Final = "synthetic control"
MIXED_DID: Final = "synthetic difference-in-differences"
WILD: Final = "wild cluster bootstrap"
MOST_WILD: Final = 200  # units up to which the bootstrap gives its second opinion
LEAST_WILD: Final = 5  # treated units; with fewer it hardly ever rejects
CONTRADICTED: Final = 0.1  # p of the second opinion, above which it objects
DRAWS: Final = 39  # placebo sets, each matched anew: so many tell one in twenty
MOST_OTHERS: Final = 100  # units that are mixed; with more it takes longer than anybody waits


def ask_bootstrap(
    collapsed: Collapsed, effect: Effect, rule: Rule, rng: np.random.Generator
) -> Check | None:
    """The wild cluster bootstrap; it stops a study without random starts that it contradicts."""
    if not has_enough_for_bootstrap(collapsed):
        return None
    found = bootstrap_wild(collapsed, rng, level=effect.level)
    contradicts = effect.is_significant and (found.p or 0.0) > CONTRADICTED
    says = "The wild cluster bootstrap does not contradict."
    if contradicts:
        says = "The wild cluster bootstrap, which needs no rule of assignment, contradicts."
    stops = contradicts and rule == "observed"
    return Check(WILD, says, not contradicts, stops, found.p, found.low, found.high)


def has_enough_for_bootstrap(collapsed: Collapsed) -> bool:
    """Whether the wild cluster bootstrap can both confirm and deny."""
    treated = int((collapsed.start < collapsed.blocks).sum())
    return LEAST_WILD <= len(collapsed.units) <= MOST_WILD and treated >= LEAST_WILD


def bend_trends(changes: EventStudy | Unknown, scale: Scale) -> Check:
    """By how much trends may differ after the start until no effect at all is possible.

    Passed where the finding stands although trends differ as much as they ever did from one
    stretch to the next before the start, as a trend that simply goes on does. low, high: the
    interval if they do.

    Source: Rambachan and Roth (2023), Review of Economic Studies 90(5).
    """
    told = changes if isinstance(changes, Unknown) else find_breakdown(changes)
    if isinstance(told, Unknown):
        return Check(PARALLEL, f"It cannot be judged: {told.reason}.", None)
    if told.breakdown == 0:
        says = "The mean of the stretches is not told from zero, even if trends run alike."
        return Check(PARALLEL, says, None)
    low, high = told.interval(1.0)
    _, low, high = expressed(low, low, high, scale)
    times = f"over {MOST:.0f}" if np.isinf(told.breakdown) else f"{told.breakdown:.2g}"
    says = (
        "It falls if trends differ after the start, from one stretch to the next, by more than "
        f"{times} times their largest change before it."
    )
    return Check(PARALLEL, says, told.breakdown >= 1, False, None, low, high)


def ask_mixture(
    panel: Panel, route: Route, effect: Effect, rng: np.random.Generator
) -> tuple[Check | None, EventStudy | None]:
    """The distance from a mixture of the others that ran like the treated units before the start.

    One or two treated units: synthetic control, with its gap by time since the start and the band
    of placebo units'; more: synthetic difference-in-differences. Percent: of each unit's own mean
    before the start. None for other rows of the table, and where too few others are untreated.
    """
    if route.name not in ("few treated", "comparison"):
        return None, None
    alone = route.name == "few treated"
    name, start = MIXTURE if alone else MIXED_DID, int(panel.starts[0])
    others = int((~panel.treated).sum())
    if others > MOST_OTHERS:
        says = f"Made with {MOST_OTHERS} others or fewer; here are {others:,}."
        return Check(name, says, None), None
    some = panel
    if effect.scale == "percent":
        usual = mean_of_units(panel.outcome[:, :start])
        if not (usual > 0).all():
            return Check(name, "Some units had nothing before the start.", None), None
        outcome = 100 * (panel.outcome / usual[:, None] - 1)
        some = Panel(panel.units, panel.periods, outcome, panel.treated_from)
    gaps = (synthetic_control if alone else synthetic_did)(some, rng, draws=DRAWS)
    if isinstance(gaps, Unknown):
        return Check(name, f"It cannot be judged: {gaps.reason}.", None), None
    return _tell(name, gaps, effect), _trace(gaps, effect.level) if alone else None


def _tell(name: str, gaps: Gaps, effect: Effect) -> Check:
    found = gaps.effect(effect.level)
    size = f"{found.estimate:+.3g}{'%' if effect.scale == 'percent' else ''}"
    says = f"Compared with a mixture of the others it is {size} (rank p {found.p:.2g})."
    if gaps.caveats:
        return Check(name, f"{says} But {gaps.caveats[0]}.", None, False, found.p, *_ends(found))
    passed = found.estimate * effect.estimate >= 0
    return Check(name, says, passed, False, found.p, *_ends(found))


def _ends(found: Effect) -> tuple[float | None, float | None]:
    known = np.isfinite([found.low, found.high]).all()
    return (found.low, found.high) if known else (None, None)


def _trace(gaps: Gaps, level: float) -> EventStudy:
    """The gap by time since the start, over stretches of equal length, with the placebos' band."""
    start, periods = gaps.start, len(gaps.gap)
    length = max(1, -(-max(start, periods - start) // MOST_STRETCHES))
    first = np.arange(start % length, periods - length + 1, length)
    since = first - start + (length - 1) // 2

    def mean(paths: Floats) -> Floats:
        return np.stack([paths[..., at : at + length].mean(axis=-1) for at in first], axis=-1)

    freedom = len(gaps.placebos) - 1
    return with_bands(since, mean(gaps.gap), mean(gaps.placebos), freedom, level)
