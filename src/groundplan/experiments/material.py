"""What a study is planned and analysed on: its units as sealed, nothing chosen since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from groundplan.experiments.brought import read_weeks
from groundplan.experiments.drawing import starts_on
from groundplan.experiments.naming import people_of
from groundplan.experiments.outcomes import OUTCOMES, Observed, observe, place_weeks
from groundplan.experiments.planning import SEASON_WEEKS
from groundplan.inference.arrays import Integers
from groundplan.inference.panels.designs import Design, Rule
from groundplan.inference.panels.panel import Panel
from groundplan.records.studies import Departure, Measure, Plan, RollOut, Study
from groundplan.sources.csv.tables import read_columns
from groundplan.terms.errors import Refused
from groundplan.terms.period import monday_of
from groundplan.terms.scope import Scope
from groundplan.usecase import Context

FURTHEST_WEEKS: Final = 260  # back, where only the units' own past can be compared with


@dataclass(frozen=True, slots=True)
class Material:
    """A panel with its design. digest: of every number in it, so that a repetition can be told."""

    panel: Panel
    design: Design
    digest: str


@dataclass(frozen=True, slots=True)
class Brought:
    """A file of outcomes that somebody brings along: its text, and what its columns hold."""

    text: str = ""
    columns: tuple[str, ...] = ()

    def names(self, role: str) -> bool:
        """Whether a column is named for a role."""
        return role in read_columns(self.columns)

    def columns_for(self, role: str) -> dict[str, str]:
        """The named columns, with the one of the guardrail as outcome where that is read."""
        named = read_columns(self.columns)
        other = named.pop("guardrail", None)
        if role == "guardrail" and other is not None:
            named["outcome"] = other
        return named


@dataclass(frozen=True, slots=True)
class Aim:
    """What is compared: the outcome of a study, or its guardrail. percent: what would matter."""

    name: str
    in_file: bool
    more_is_better: bool
    percent: float
    role: str


def aim_of(measure: Measure) -> Aim:
    """The primary outcome."""
    told = (measure.outcome, measure.in_file, measure.more_is_better, measure.worth)
    return Aim(*told, "outcome")


def guardrail_of(measure: Measure) -> Aim:
    """The guardrail; what would matter is its margin."""
    told = (measure.guardrail, measure.guardrail_in_file, measure.guardrail_more_is_better)
    return Aim(*told, measure.margin, "guardrail")


def gather(
    context: Context, scope: Scope, study: Study, until: date, brought: Brought, aim: Aim
) -> Material:
    """The outcomes of a sealed study's units up to a Monday, with the design that was sealed.

    Refused while facts do not reach that day or show nothing of any unit from the start on, and
    where fewer people than the floor stand behind either side.
    """
    assert study.plan is not None
    assert study.seal is not None
    starts = _actual_starts(study)
    if aim.in_file:
        first = min(starts_on(study.plan, study.seal), until)
        since = first - timedelta(weeks=study.plan.weeks_before)
        panel = read_weeks(brought.text, brought.columns_for(aim.role), starts, since, until)
    else:
        observed = look_back(context, scope, study, aim, until)
        check_groups(observed, study.seal.starts, scope.floor)
        panel = observed.as_panel(starts)
    began = [week >= starts_on(study.plan, study.seal).isoformat() for week in panel.periods]
    if not np.isfinite(panel.outcome[:, began]).any():
        hint = "Read their repositories again, from where they were read before."
        raise Refused("Facts show nothing of its units from the start on.", hint)
    return _with_design(study, _without_leavers(study, panel), aim)


def look_back(context: Context, scope: Scope, study: Study, aim: Aim, until: date) -> Observed:
    """The outcomes of all units of a plan's kind, named as in it, from as far back as it needs."""
    plan = study.plan
    assert plan is not None
    reached = monday_of(context.as_of.date())
    if reached < until:
        hint = "Read the repositories again."
        raise Refused(f"Facts reach {reached} only, and {until} is needed.", hint)
    since = min(starts_on(plan, study.seal), until) - timedelta(weeks=plan.weeks_before)
    found = observe(context, scope, OUTCOMES[aim.name], plan.kind, since, until)
    return _as_planned(context, study, found)


def _as_planned(context: Context, study: Study, found: Observed) -> Observed:
    numbers = people_of(context, study)
    return found.named({person: number for number, person in numbers.items()})


def read_history(
    context: Context, scope: Scope, study: Study, aim: Aim, brought: Brought
) -> tuple[Panel, Mapping[str, frozenset[str]] | None]:
    """The outcomes of a plan's units before it begins, and who stands behind each of them.

    Of files nobody knows who does. From as far back as facts go, at most five years.
    """
    plan = study.plan
    assert plan is not None
    if aim.in_file:
        since = plan.start_on - timedelta(weeks=FURTHEST_WEEKS)
        columns, units = brought.columns_for(aim.role), dict.fromkeys(plan.units)
        return read_weeks(brought.text, columns, units, since, plan.start_on), None
    until = min(plan.start_on, monday_of(context.as_of.date()))
    since = until - timedelta(weeks=FURTHEST_WEEKS)
    told = observe(context, scope, OUTCOMES[aim.name], plan.kind, since, until)
    found = _as_planned(context, study, told)
    panel = found.as_panel(dict.fromkeys(plan.units))
    seen = np.flatnonzero(np.isfinite(panel.outcome).any(axis=0))
    if not len(seen):
        raise Refused("Facts show nothing of this outcome before the start.")
    panel = panel.window(int(seen[0]), len(panel.periods))
    return panel, {unit: found.people_of([unit]) for unit in panel.units}


def check_sides(plan: Plan, people: Mapping[str, frozenset[str]], floor: int) -> None:
    """Refused where lots could leave fewer people than the floor on one side."""
    ordered = sorted(people, key=lambda unit: len(people[unit]))
    needs, sides = floor, [ordered]
    if plan.roll_out in (RollOut.HALF, RollOut.PAIRS):
        sides = [ordered[: len(ordered) // 2]]
    elif plan.roll_out is RollOut.STEPPED:
        needs = 2 * floor
    elif plan.roll_out is RollOut.CHOSEN:
        sides = [[unit for unit in ordered if unit in plan.treated]]
        waiting = [unit for unit in ordered if unit not in plan.treated]
        sides += [waiting] if waiting else []
    fewest = min(len(frozenset[str]().union(*(people[unit] for unit in side))) for side in sides)
    if fewest < needs:
        raise Refused(*_too_few("would be on one side", fewest, needs))


def check_groups(observed: Observed, starts: Mapping[str, date | None], floor: int) -> None:
    """Refused where an answer would be about fewer people than the floor, on either side.

    Where everybody starts in the end, both sides are made of all, so there twice as many are
    needed.
    """
    known = [unit for unit in starts if unit in observed.units]
    treated = observed.people_of(u for u in known if starts[u] is not None)
    others = observed.people_of(u for u in known if starts[u] is None)
    days = {on for on in starts.values() if on is not None}
    needs = floor * 2 if len(days) > 1 and not others else floor
    if len(treated) < needs:
        raise Refused(*_too_few("start", len(treated), needs))
    if any(on is None for on in starts.values()) and len(others) < floor:
        raise Refused(*_too_few("wait", len(others), floor))


def _too_few(what: str, have: int, need: int) -> tuple[str, str]:
    return (
        f"Too few people {what}: {have}. An answer would be about them; it needs {need}, so that "
        "it is nobody's own.",
        "Take more units, or draw lots among tasks or dates.",
    )


def _actual_starts(study: Study) -> dict[str, date | None]:
    """When each unit really started, as far as that was noted; else as drawn."""
    assert study.seal is not None
    starts = dict(study.seal.starts)
    for one in study.deviations:
        if one.what is Departure.CROSSED and one.unit:
            starts[one.unit] = one.on if starts[one.unit] is None else None
        if one.what is Departure.OPTED_OUT and one.unit:
            starts[one.unit] = None
    return starts | {one.unit: one.on for one in study.starts}


def _without_leavers(study: Study, panel: Panel) -> Panel:
    outcome = panel.outcome.copy()
    place = {unit: nr for nr, unit in enumerate(panel.units)}
    for one in study.deviations:
        if one.what is Departure.LEFT and one.unit in place:
            gone = [nr for nr, week in enumerate(panel.periods) if week >= one.on.isoformat()]
            outcome[place[one.unit], gone] = np.nan
    return Panel(panel.units, panel.periods, outcome, panel.treated_from)


def _with_design(study: Study, panel: Panel, aim: Aim) -> Material:
    seal, plan = study.seal, study.plan
    assert seal is not None
    assert plan is not None
    design = Design(
        rule=_rule(plan),
        strata=_strata(panel, seal.blocks) if plan.roll_out is RollOut.PAIRS else None,
        better="higher" if aim.more_is_better else "lower",
        worth_percent=aim.percent or None,
        planned=place_starts(panel, seal.starts),
        other=_others(study, panel),
        redefined="; ".join(
            one.note for one in study.deviations if one.what is Departure.REDEFINED
        ),
        season=SEASON_WEEKS,
    )
    return Material(panel, design, digest_of_panel(panel))


def _rule(plan: Plan) -> Rule:
    if plan.roll_out in (RollOut.HALF, RollOut.STEPPED):
        return "complete"
    return "blocked" if plan.roll_out is RollOut.PAIRS else "observed"


def place_starts(panel: Panel, starts: Mapping[str, date | None]) -> Integers:
    """The first treated period of each unit of a panel whose periods are weeks, by their Monday."""
    weeks = [date.fromisoformat(period) for period in panel.periods]
    return place_weeks(weeks, [starts.get(unit) for unit in panel.units])


def _strata(panel: Panel, blocks: Mapping[str, str]) -> Integers:
    """A number for each pair; a unit without a pair is its own."""
    names = [blocks.get(unit) or f"alone {unit}" for unit in panel.units]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _others(study: Study, panel: Panel) -> Integers | None:
    """When another change began on each unit, None where none was noted."""
    found = [one for one in study.deviations if one.what is Departure.ANOTHER]
    if not found:
        return None
    days: dict[str, date | None] = {}
    for one in found:
        days |= dict.fromkeys([one.unit] if one.unit else panel.units, one.on)
    return place_starts(panel, days)


def digest_of_panel(panel: Panel) -> str:
    """Names a panel: units, periods, starts and every number."""
    found = hashlib.sha256("\n".join((*panel.units, "", *panel.periods)).encode())
    found.update(np.round(panel.outcome, 9).astype("<f8").tobytes())
    found.update(panel.treated_from.astype("<i8").tobytes())
    return found.hexdigest()
