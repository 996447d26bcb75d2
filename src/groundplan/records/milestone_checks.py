"""How milestones are judged: the gate before the start, the three checks, the promised day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from groundplan.records.milestones import ACTIVE, Answer, Check, Milestone, Point, Sort, State
from groundplan.records.roster import INSIDE, Roster
from groundplan.records.words import check_line
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.estimate import Unknown


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether all members are clear and convinced. missing: how many have not answered.

    answers: the members'; what others answered once counts no longer.
    """

    open: bool
    members: int
    missing: int
    answers: tuple[Answer, ...]
    says: str

    def __str__(self) -> str:
        return self.says


@dataclass(frozen=True, slots=True)
class Checked:
    """One of the three checks with what it asks for, and what it rests on."""

    check: Check
    passed: bool
    points: tuple[Point, ...]
    says: str

    def __str__(self) -> str:
        return f"{self.check}: {self.says}"


@dataclass(frozen=True, slots=True)
class Outlook:
    """When the last open item is done, in the plan's order at the pace of its tracker.

    on_50, on_85, on_95: that sure; None beyond what was tested. lean_85: without nice-to-haves.
    joined: items created since the milestone was defined; late: not 85% sure by the promised day.
    likely: late is to be expected; chance: that it comes late [share], Unknown where no such
    chance was tested. Of several classes the last day counts, and the worse chance.
    """

    open: int
    finished: int
    joined: int
    late: bool
    likely: bool
    chance: float | Unknown
    on_50: date | None
    on_85: date | None
    on_95: date | None
    lean_85: date | None

    def __str__(self) -> str:
        days = {"50%": self.on_50, "85%": self.on_85, "95%": self.on_95}
        said = ", ".join(f"{sure} sure by {on or 'no tested day'}" for sure, on in days.items())
        if not self.open:
            return "all linked items are finished"
        chance = "" if isinstance(self.chance, Unknown) else f", {self.chance:.0%} likely late"
        return said + chance


@dataclass(frozen=True, slots=True)
class Standing:
    """How a milestone stands on a day. late: it cannot be promised at 85% any more, which the team
    should know; likely: it is to be expected late, which partners should hear.

    yours: the viewer's answer is missing. moves: the days that were promised before, with reasons.
    draft: what partners could be told of a delay.
    """

    number: int
    outcome: str
    state: State
    promised_on: date
    late: bool
    likely: bool
    says: str
    team: str
    serves: str
    defined_by: str
    moves: tuple[str, ...]
    despite: str
    yours: bool
    gate: Gate
    checks: tuple[Checked, ...]
    nice: tuple[Point, ...]
    outlook: Outlook | Unknown
    noticed_on: date | None
    draft: tuple[str, ...]
    given_up: str


def name_people(one: Milestone, name: Callable[[str], str]) -> Milestone:
    """The milestone with names instead of ids, but for whose an answer is."""
    answers = {
        person: replace(
            said,
            by=name(said.by),
            replies=tuple(replace(reply, by=name(reply.by)) for reply in said.replies),
        )
        for person, said in one.answers.items()
    }
    points = tuple(
        replace(point, proof=replace(point.proof, by=name(point.proof.by)))
        if point.proof is not None and point.proof.by
        else point
        for point in one.points
    )
    return replace(one, by=name(one.by), answers=answers, points=points)


def list_members(one: Milestone, roster: Roster, on: date) -> frozenset[str]:
    """Who is asked before the start: whoever has a place at work in its team on a day."""
    return frozenset(
        m.person_id
        for m in roster.memberships
        if one.team in ("", m.team_id) and m.role in INSIDE and m.holds(on)
    )


def judge_gate(milestone: Milestone, members: Collection[str]) -> Gate:
    """Where a milestone's gate stands: a doubt holds until its owner answers anew."""
    said = tuple(each for person, each in milestone.answers.items() if person in members)
    counts = {
        "unclear": sum(not each.clear for each in said),
        "unconvinced": sum(not each.convinced for each in said),
        "yet to answer": len(members) - len(said),
    }
    shut = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    says = f"Of {len(members)}: {shut}." if shut else "Everybody is clear and convinced."
    return Gate(not shut, len(members), counts["yet to answer"], said, says)


def judge(milestone: Milestone, check: Check) -> Checked:
    """How a check stands, and on whose word it rests where facts do not show it."""
    points = milestone.behind(check)
    shown = [point.proof for point in points if point.proof is not None]
    on_word = [proof.by for proof in shown if proof.by]
    says = f"{len(shown)} of {len(points)} shown"
    if on_word:
        whose = " and ".join(sorted(set(on_word)))
        says += f", {len(on_word)} of them said by {whose}"
    return Checked(check, milestone.passes(check), points, says)


def find_one(known: Mapping[int, Milestone], number: int, *states: State) -> Milestone:
    """The milestone of that number; NotFound without one, Refused unless it is in such a state."""
    one = known.get(number)
    if one is None:
        raise NotFound(f"There is no milestone {number}.", "milestones.list shows their numbers.")
    if one.state not in states:
        raise Refused(f"Milestone {number} is {one.state}.")
    return one


def check_answer(number: int, *, clear: bool, convinced: bool, fact: str) -> dict[str, object]:
    """The body of an answer; BadInput for a doubt that no fact could answer."""
    fact = fact.strip() and check_line("fact", fact)
    if not (fact or (clear and convinced)):
        raise BadInput("fact", "nothing", "what fact would change your mind, or make it clear")
    return {"number": number, "clear": clear, "convinced": convinced, "fact": fact}


def check_replan(
    one: Milestone, promised_on: date | None, drop: Collection[int], reason: str
) -> dict[str, object]:
    """The body of a new plan; BadInput for what is no nice-to-have, or nothing new at all."""
    nice = [point.place for point in one.standing if point.sort is Sort.NICE]
    wrong = sorted(set(drop) - set(nice))
    if wrong:
        some = ", ".join(map(str, nice)) or "none is left"
        raise BadInput("drop", wrong[0], f"nice-to-haves ({some}); what counts as done stays")
    day = promised_on or one.promised_on
    if day < one.promised_on or (day == one.promised_on and not drop):
        allowed = f"a day after {one.promised_on}, or nice-to-haves to drop"
        raise BadInput("promised_on", day.isoformat(), allowed)
    body = {"number": one.number, "promised_on": day.isoformat(), "dropped": sorted(drop)}
    return {**body, "reason": check_line("reason", reason)}


def is_late(promised_on: date, date_85: date | None) -> bool:
    """Whether the day that one can be 85% sure of lies after the promised one."""
    return date_85 is not None and date_85 > promised_on


def judge_late(one: Milestone, outlook: Outlook | Unknown, today: date) -> bool:
    """Whether its day can no longer be promised: by the forecast, or because it is over."""
    forecast = isinstance(outlook, Outlook) and outlook.late
    return one.state in ACTIVE and (forecast or today > one.promised_on)


def _is_likely(one: Milestone, outlook: Outlook | Unknown, today: date) -> bool:
    forecast = isinstance(outlook, Outlook) and outlook.likely
    return forecast or today > one.promised_on


def stand(
    one: Milestone, gate: Gate, outlook: Outlook | Unknown, today: date, *, team: str, yours: bool
) -> Standing:
    """How a milestone stands today; its people named already."""
    checks = tuple(judge(one, check) for check in Check)
    late = judge_late(one, outlook, today)
    begun = one.state is not State.BEFORE
    return Standing(
        number=one.number,
        outcome=one.outcome,
        state=one.state,
        promised_on=one.promised_on,
        late=late,
        likely=late and _is_likely(one, outlook, today),
        says=f"{'; '.join(map(str, checks))}." if begun else gate.says,
        team=team,
        serves=one.serves,
        defined_by=one.by,
        moves=tuple(f"{on}: {reason}" for on, reason in one.moves),
        despite=one.despite,
        yours=yours and not begun,
        gate=gate,
        checks=checks,
        nice=tuple(point for point in one.points if point.sort is Sort.NICE),
        outlook=outlook,
        noticed_on=one.noticed_on,
        draft=write_draft(one, outlook) if late else (),
        given_up=one.given_up,
    )


def write_draft(one: Milestone, outlook: Outlook | Unknown) -> tuple[str, ...]:
    """What partners could be told of a delay: what changed, the new range, the options.

    A line each; it names nobody. Less scope means fewer nice-to-haves, never fewer checks.
    """
    nice = [p.text for p in one.standing if p.sort is Sort.NICE and p.proof is None]
    told, later, lean = [f"No new day can be claimed: {outlook}."], "", ""
    become = "can no longer be promised"
    if isinstance(outlook, Outlook):
        told = [
            f"{outlook.finished} of {outlook.finished + outlook.open} items are finished; "
            f"{outlook.joined} joined since {one.defined_on}.",
            f"{outlook}.",
        ]
        if outlook.likely and not isinstance(outlook.chance, Unknown):
            become = f"will probably not be kept: {outlook.chance:.0%} likely late"
        later = f", {outlook.on_85}" if outlook.on_85 else ""
        lean = f", 85% sure by {outlook.lean_85}" if outlook.lean_85 else ""
    options = [f"a later day{later}", *([f"less{lean}: without {', '.join(nice)}"] if nice else [])]
    return (
        f"{one.outcome}: {one.promised_on} {become}.",
        *told,
        f"Options: {'; '.join(options)}. What counts as done stays.",
    )
