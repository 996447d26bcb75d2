"""What facts say of a month, as lines of an update; and what became of what was stated before."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, TypeAlias

from groundplan.records import goals
from groundplan.records.asked import TAKING, Request, Stage, Verdict, judge
from groundplan.records.goals import Goal
from groundplan.records.milestone_checks import Outlook
from groundplan.records.milestones import Check, Milestone, Sort, State
from groundplan.records.updates.lines import Line, Section, Sections, Statement, state_odds
from groundplan.records.updates.published import Month, Updates, days_of
from groundplan.records.updates.shared_promises import Shared, tell_promise
from groundplan.records.updates.slips import Slips
from groundplan.terms.estimate import Unknown
from groundplan.terms.period import Period

_DAY: Final = timedelta(days=1)
Told: TypeAlias = tuple[Section, Line]


@dataclass(frozen=True, slots=True)
class Material:
    """All that an update of some days is drafted from; only one team's.

    told: what earlier updates called done, of everything since a day, so that what was seen late is
    told once. milestones: settled by facts, each with what is to be expected. partners: names by
    id.
    """

    period: Period
    since: date
    told: frozenset[str]
    today: date
    milestones: tuple[tuple[Milestone, Outlook | Unknown], ...]
    slips: Slips
    requests: tuple[Request, ...]
    goals: tuple[Goal, ...]
    partners: Mapping[str, str]
    promises: tuple[Shared, ...] = ()

    def is_news(self, ref: str, done: date | None) -> bool:
        """Whether something that was done on a day is to be told as done."""
        if done is None or ref in self.told:
            return False
        return min(self.since, self.period.start_on) <= done < self.period.end_on


def gather(
    month: Month,
    team: str,
    today: date,
    *,
    teams: Collection[str],
    known: Updates,
    milestones: Iterable[tuple[Milestone, Outlook | Unknown]],
    slips: Slips,
    requests: Iterable[Request],
    wanted: Iterable[Goal],
    partners: Mapping[str, str],
    promises: Iterable[Shared],
) -> Material:
    """What a month of a team is drafted from. teams: itself and those nested in it; promises:
    judged by facts."""
    period = days_of(month)
    earlier = [one for one in known.of(team) if one.month != month]
    told = [each for one in earlier for each in (one.sections, *one.digests.values())]
    return Material(
        period=period,
        since=min((days_of(one.month).start_on for one in earlier), default=period.start_on),
        told=frozenset(line.ref for each in told for line in each[Section.DONE]),
        today=today,
        milestones=tuple(pair for pair in milestones if pair[0].team in teams),
        slips=slips,
        requests=tuple(one for one in requests if one.team in {*teams, ""}),
        goals=tuple(one for one in wanted if one.team in teams),
        partners=partners,
        promises=tuple(each for each in promises if each.promise.team in teams),
    )


def draft(material: Material) -> tuple[Sections, tuple[Statement, ...]]:
    """The lines of each section, and the forecasts that they state."""
    told = [
        *(line for one in material.goals for line in _tell_goal(one, material)),
        *(line for one, ahead in material.milestones for line in _tell(one, ahead, material)),
        *(line for one in material.requests for line in _tell_request(one, material)),
        *(line for one in material.promises for line in tell_promise(one, material.period)),
    ]
    sections = {each: tuple(line for at, line in told if at is each) for each in Section}
    ahead = [_foretold(one, outlook) for one, outlook in material.milestones]
    return sections, (*(each for some in ahead for each in some), *_hopes(material.goals))


def done_on(one: Milestone) -> date | None:
    """The day on which the last of a milestone's three checks was shown; None before."""
    if one.state is not State.DONE:
        return None
    return max(_shown_on(one, check) or one.defined_on for check in Check)


def _shown_on(one: Milestone, check: Check) -> date | None:
    shown = [point.proof.on if point.proof else None for point in one.behind(check)]
    days = [day for day in shown if day is not None]
    return max(days) if days and len(days) == len(shown) else None


def _tell(one: Milestone, ahead: Outlook | Unknown, material: Material) -> Iterator[Told]:
    period, done = material.period, done_on(one)
    line = Line(f"M{one.number}", f"{one.outcome}.", _find_users(one, material.partners))
    if material.is_news(line.ref, done):
        text = f"{one.outcome}: built, proven and used."
        yield Section.DONE, replace(line, text=text, shown=_show(one))
    if one.state is State.UNDER_WAY:
        yield Section.IN_FLIGHT, replace(line, text=f"{one.outcome}: {_say_ahead(one, ahead)}.")
    for slip in material.slips.moved:
        if slip.number == one.number and slip.on in period:
            what = "given up" if slip.to is None else f"moved from {slip.was} to {slip.to}"
            why = f"{one.outcome}: {what}. {slip.reason}"
            yield Section.SLIPPED, replace(line, text=why)
    over = one.promised_on < min(material.today, period.end_on)
    if one.state is State.UNDER_WAY and over:
        late = f"{one.outcome}: was promised for {one.promised_on}; no new day is agreed yet."
        yield Section.SLIPPED, replace(line, text=late)
    if one.state is State.BEFORE:
        plan = f"{one.outcome}: begins once all are clear and convinced, for {one.promised_on}."
        yield Section.NEXT, replace(line, text=plan)


def _say_ahead(one: Milestone, ahead: Outlook | Unknown) -> str:
    if isinstance(ahead, Unknown):
        return f"promised for {one.promised_on}; no odds, as {ahead.reason}"
    if not ahead.open:
        missing = [check.value for check in Check if not one.passes(check)]
        return f"all work on it is finished; not yet {' and '.join(missing)}"
    odds = dict.fromkeys(state_odds(each.chance, each.by) for each in _foretold(one, ahead))
    if not odds:
        return f"promised for {one.promised_on}; too far off for odds"
    return f"built {', '.join(odds)}"


def _foretold(one: Milestone, ahead: Outlook | Unknown) -> list[Statement]:
    """Statements that a forecast bears: of being built, as work items tell of nothing more."""
    if one.state is not State.UNDER_WAY or isinstance(ahead, Unknown) or not ahead.open:
        return []
    ref, found = f"M{one.number}", []
    if not isinstance(ahead.chance, Unknown):
        found.append(Statement(ref, one.promised_on, 1 - ahead.chance, 1 - ahead.chance))
    if ahead.on_85 is not None and ahead.on_85 != one.promised_on:
        found.append(Statement(ref, ahead.on_85, 0.85, 0.85))
    return found


def _show(one: Milestone) -> tuple[str, ...]:
    found = []
    for check in Check:
        for point in one.behind(check):
            proof = point.proof
            if proof is not None and proof.by:  # whose word it was is the team's to know
                seen = f"{proof.shows} ({proof.link}, {proof.on}; the team's word)"
                found.append(f"{check.value}: {point.text}: {seen}")
            elif proof is not None:
                found.append(f"{check.value}: {point.text} ({proof.link}, merged {proof.on})")
    return tuple(found)


def _find_users(one: Milestone, partners: Mapping[str, str]) -> tuple[str, ...]:
    """The partners whom the milestone names as its users."""
    text = " ".join(point.text for point in one.points if point.sort is Sort.USE)
    return tuple(
        person
        for person, name in partners.items()
        if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    )


def _tell_request(one: Request, material: Material) -> Iterator[Told]:
    """What a partner's request came to: theirs to read, nobody else's."""
    if one.owner not in material.partners or one.withdrawn:
        return
    line = Line(f"R{one.number}", "", (one.owner,))
    period, decision, on = material.period, one.decision, one.delivered_on
    told, tried_on = f"{one.what}: delivered on {on}", _tried_on(one)
    if one.used and material.is_news(line.ref, tried_on):
        shown = (f"delivered: {on}", f"used: the asker's word, {one.used_on}")
        yield Section.DONE, replace(line, text=f"{told}, and used.", shown=shown)
    if one.used is False and tried_on is not None and tried_on in period:
        yield Section.SLIPPED, replace(line, text=f"{told}; not used. {one.used_note}".strip())
    if on is not None and on in period and (tried_on is None or tried_on >= period.end_on):
        said = "it is not known yet whether it is used"
        yield Section.IN_FLIGHT, replace(line, text=f"{told}; {said}.")
    if decision is None or judge(one, material.today) is not Stage.TAKEN:
        return
    if decision.verdict in TAKING - {Verdict.BACKLOG}:
        yield Section.IN_FLIGHT, replace(line, text=f"{one.what}: taken up on {decision.on}.")
    if decision.verdict is Verdict.BACKLOG:
        where = f"on the backlog as {decision.priority}"
        yield Section.NEXT, replace(line, text=f"{one.what}: {where}.")


def _tried_on(one: Request) -> date | None:
    """When the asker had what was delivered and had said whether it is used; None before."""
    days = (one.delivered_on, one.used_on)
    return max(day for day in days if day) if all(days) else None


def _tell_goal(one: Goal, material: Material) -> Iterator[Told]:
    line = Line(one.goal_id, f"{one.title}.")
    if one.result is not None and one.result.on in material.period:
        at = Section.DONE if one.result.reached else Section.SLIPPED
        ends = {True: "reached", False: "not reached", None: "ended; the KPI cannot tell"}
        told = f"{one.title}: {ends[one.result.reached]}. {one.result.says}"
        yield at, replace(line, text=told, shown=_show_goal(one))
    if one.state is goals.State.UNDER_WAY:
        odds = [state_odds(each.chance, each.by) for each in _hopes([one])]
        said = odds[0] if odds else f"due in {one.due}; no odds yet"
        yield Section.IN_FLIGHT, replace(line, text=f"{one.title}: {said}.")
    if one.state is goals.State.SET:
        yield Section.NEXT, replace(line, text=f"{one.title}: begins once its KPI can be trusted.")


def _show_goal(one: Goal) -> tuple[str, ...]:
    if one.result is None or one.result.level is None or not one.result.reached:
        return ()
    return (f"{one.kpi}: {one.result.level:g} {one.unit}, target {one.target:g}",)


def _hopes(some: Iterable[Goal]) -> list[Statement]:
    """What was last told of each goal's chance."""
    return [
        Statement(one.goal_id, one.period.end_on - _DAY, one.told[-1].chance, one.told[-1].chance)
        for one in some
        if one.state is goals.State.UNDER_WAY and one.told and one.told[-1].chance is not None
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """When something came true; None if it did not."""

    came_on: date | None


def find_outcomes(
    milestones: Iterable[Milestone], known: Iterable[Goal], promises: Iterable[Shared] = ()
) -> Mapping[str, Outcome]:
    """What became of what statements are about: milestones built, goals reached, promises done."""
    built = {f"M{one.number}": Outcome(_shown_on(one, Check.BUILT)) for one in milestones}
    ended = {}
    for goal in known:
        if goal.result is not None and goal.result.reached is not None:
            came = goal.result.on if goal.result.reached else None
            # a goal is closed after its period, for which its result speaks
            on = min(came, goal.period.end_on - _DAY) if came else None
            ended[goal.goal_id] = Outcome(on)
    done = {each.ref: Outcome(each.promise.done_on) for each in promises}
    return {**built, **ended, **done}


def judge_statement(one: Statement, outcomes: Mapping[str, Outcome], today: date) -> bool | None:
    """Whether it held; None while its day has not come, or where nothing tells."""
    outcome = outcomes.get(one.ref)
    if outcome is None or today <= one.by:
        return None
    return outcome.came_on is not None and outcome.came_on <= one.by
