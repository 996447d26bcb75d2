"""A study made ready: which units are compared, what the decision table knows of them, and what
no analysis can mend."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Anything, Integers
from groundplan.inference.panels.assignments import count_assignments
from groundplan.inference.panels.caveats import MOST_DEVIATIONS, audit
from groundplan.inference.panels.collapse import Collapsed, collapse
from groundplan.inference.panels.designs import Design, Facts, Route, choose_route
from groundplan.inference.panels.panel import NEVER, Panel
from groundplan.terms.errors import BadInput


@dataclass(frozen=True, slots=True)
class Ready:
    """A study as the table sees it: the units that are compared, and the design of just these.

    collapsed: None if nobody is treated. left_out: units that were never observed before or after
    a start, or treated from the first period on.
    """

    panel: Panel
    design: Design
    collapsed: Collapsed | None
    facts: Facts
    route: Route
    left_out: int


def prepare(panel: Panel, design: Design) -> Ready:
    """The units that can be compared, as planned where starts were assigned at random.

    Errors: BadInput for a design that does not fit the panel.
    """
    check_design(panel, design)
    if design.planned is not None and design.rule != "observed":
        panel = panel.assigned(design.planned)
    seen = np.isfinite(panel.outcome).any(axis=1)
    kept = np.flatnonzero(seen & ~(panel.treated & (panel.treated_from < 1)))
    collapsed = None
    if (panel.treated_from[kept] != NEVER).any():
        collapsed = collapse(panel.select(kept), design.scale)
        kept = kept[collapsed.units]
        collapsed = replace(collapsed, units=np.arange(len(kept)))
    few, told = panel.select(kept), _select(design, kept)
    facts = state_facts(few, told)
    return Ready(few, told, collapsed, facts, choose_route(facts), len(panel.units) - len(kept))


def state_facts(panel: Panel, design: Design) -> Facts:
    """What the table decides by; see `Facts`."""
    starts, treated = panel.starts, int(panel.treated.sum())
    strata = design.strata if design.rule == "blocked" else None
    least = 1.0
    if treated:
        least = 1 / count_assignments(panel.treated_from, strata)
        if len(starts) == 1 and _is_balanced(panel.treated, strata):
            least *= 2  # the opposite assignment always looks the same
    return Facts(
        units=len(panel.units),
        treated=treated,
        starts=len(starts),
        before=int(starts[0]) if treated else 0,
        after=len(panel.periods) - int(starts[-1]) if treated else 0,
        randomised=design.rule != "observed",
        least_p=min(1.0, least),
        level=design.level,
    )


def refuse(panel: Panel, design: Design) -> str:
    """Why no analysis of this study can be honest, "" if one may be."""
    if design.redefined:
        return (
            f"the intervention changes by definition what the outcome counts: {design.redefined}; "
            "that is a check of compliance, not an outcome"
        )
    if design.other is not None and (np.asarray(design.other)[panel.treated] != NEVER).any():
        return "another intervention started on the same units, and the two cannot be told apart"
    share = audit(panel, design.planned).deviation_share
    if share > MOST_DEVIATIONS:
        return f"{share:.0%} of units opted out or crossed over, more than {MOST_DEVIATIONS:.0%}"
    values = panel.outcome[np.isfinite(panel.outcome)]
    if np.ptp(values) <= 1e-12 * max(1.0, float(np.abs(values).max())):
        return "the outcome is the same everywhere, so nothing could have changed it"
    return ""


def check_design(panel: Panel, design: Design) -> None:
    """BadInput names the field of a design that does not fit the panel."""
    units = len(panel.units)
    for field in ("strata", "planned", "other", "weights"):
        told = getattr(design, field)
        if told is not None and len(told) != units:
            raise BadInput(field, len(told), f"one for each of {units} units")
    if design.rule == "blocked" and design.strata is None:
        raise BadInput("strata", "none", "the block or pair of each unit, for blocked starts")
    if not 0.5 <= design.level < 1:
        raise BadInput("level", design.level, "from 0.5 to below 1")
    for field in ("worthwhile", "worth_percent"):
        told = getattr(design, field)
        if told is not None and not told > 0:
            raise BadInput(field, told, "a number above 0")
    if design.weights is not None and not (np.asarray(design.weights) > 0).all():
        raise BadInput("weights", float(np.min(design.weights)), "numbers above 0")
    if design.scale == "percent" and (panel.outcome < 0).any():
        raise BadInput("scale", "percent", "difference, as some outcomes are negative")


def _is_balanced(treated: npt.NDArray[np.bool_], strata: Integers | None) -> bool:
    """Whether half of every stratum is treated."""
    of = np.zeros(len(treated), dtype=np.int64) if strata is None else strata
    return all(2 * treated[of == one].sum() == np.sum(of == one) for one in np.unique(of))


def _select(design: Design, kept: Integers) -> Design:
    """The design of some units."""

    def some(told: Anything | None) -> Anything | None:
        return None if told is None else np.asarray(told)[kept]

    return replace(
        design,
        strata=some(design.strata),
        planned=some(design.planned),
        other=some(design.other),
        weights=some(design.weights),
    )
