"""The use cases of switching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundplan.facts.interruptions import (
    Interruptions,
    InWork,
    Lasted,
    read_fates,
    read_interruptions,
)
from groundplan.facts.trackers import list_trackers
from groundplan.facts.work import ITEMS_PREFIX
from groundplan.inference.resumption import AWAY, TRACKERS, WORK, learn, learn_ramp
from groundplan.inference.switching import Team, Weighed, draw_left, weigh
from groundplan.practices.switching import rules
from groundplan.practices.switching.rules import Said
from groundplan.records import switched
from groundplan.records.switched import CHOICES, STREAM, Choice, Chosen
from groundplan.signals.signal import Finding
from groundplan.terms.errors import NotFound
from groundplan.terms.estimate import Unknown
from groundplan.terms.scope import Role, Scope
from groundplan.usecase import Context, NoInputs

_FEW = "; what fewer people are behind than a team number needs is left out"
_OWN = (
    "your own history ({} pieces of work finished, {} times one was set aside, {} times one was "
    "taken up again), and {} public trackers where it is short"
)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What an answer rests on."""

    told: Interruptions
    team: Team
    learnt_from: str


def list_work(context: Context, scope: Scope, inputs: rules.ListInputs) -> rules.Board:
    """What is in work, what lies aside with the note on where it stood, and what came back."""
    source = _find_source(context, scope, inputs.tracker)
    if source is None:
        none = Unknown("no items are known", 0, 1, "trackers")
        return rules.Board("", None, (), (), (), none, none, "")
    ground = _learn(context, scope, source)
    told = ground.told
    notes = {one.item_id: one.note for one in _chosen(context) if one.source == source}
    aside, back = rules.list_aside(told, notes, inputs.text)
    in_work = sorted(told.in_work, key=lambda one: (-one.days, one.item_id))
    return rules.Board(
        tracker=told.name,
        until=told.until,
        in_work=tuple(in_work[: rules.MOST_ROWS]),
        aside=aside,
        back=back,
        given_up=ground.team.away.chance_of_never(),
        ramp=ground.team.ramp.estimate(),
        learnt_from=ground.learnt_from,
    )


def compare(context: Context, scope: Scope, inputs: rules.CompareInputs) -> rules.Compared:
    """What finishing first and switching now would delay, and what follows."""
    ground, item, found = _weigh(context, scope, inputs)
    today = context.now.date()
    return rules.compare(found, item, inputs.new.strip(), today, ground.learnt_from)


def choose(context: Context, scope: Scope, inputs: rules.ChooseInputs) -> Said:
    """Record the choice with what was claimed for it; facts score it later."""
    version = context.journal.version(STREAM)
    ground, item, found = _weigh(context, scope, inputs)
    source, today = ground.told.source, context.now.date()
    body = rules.write_choice(inputs, source, item, found, today)
    entry = context.journal.append(STREAM, switched.CHOSEN, body, expected=version)
    first = item.title if inputs.choice is Choice.FINISH else body["new"]
    return Said(entry.version, f"Choice {entry.version}: first comes {first}")


def review_record(context: Context, scope: Scope, inputs: NoInputs) -> rules.Record:
    """What came of the choices, and of the chances and ranges that were claimed with them."""
    today, chosen = context.now.date(), _chosen(context)
    judged: list[Chosen] = []
    for source in sorted({one.source for one in chosen}):
        here = [one for one in chosen if one.source == source]
        fates = read_fates(context.mart, source, [one.item_id for one in here], scope.teams)
        told = read_interruptions(context.mart, source, scope.teams, context.now)
        in_work = {one.item_id for one in told.in_work}
        for one in here:
            fate = fates.get(one.item_id)
            if fate is None:  # its tracker no longer tells of it, or not to this reader
                judged.append(one)
                continue
            back = [each.until for each in told.aside if each.item_id == one.item_id and each.until]
            works, over = one.item_id in in_work, rules.is_over(one, today)
            judged.append(switched.judge(one, fate.done_on, fate.dropped, back, works, over))
    return rules.keep_record(sorted(judged, key=lambda one: one.number), today)


def find_sentences(context: Context, scope: Scope) -> Sequence[Finding]:
    """One sentence where begun work is back after long, or was forgotten."""
    source = None if scope.role is Role.PARTNER else _find_source(context, scope, "")
    if source is None:
        return ()
    told = read_interruptions(context.mart, source, scope.teams, context.now)
    notes = {one.item_id: one.note for one in _chosen(context) if one.source == source}
    found = rules.find_sentence(*rules.list_aside(told, notes, ""))
    return () if found is None else (found,)


def _weigh(
    context: Context, scope: Scope, inputs: rules.CompareInputs
) -> tuple[_Ground, InWork, Weighed | Unknown]:
    said, new_said = rules.check(inputs)
    source = _find_source(context, scope, inputs.tracker)
    if source is None:
        raise NotFound("No items are known here.", "groundplan ingest EXPORT.csv brings some.")
    ground = _learn(context, scope, source)
    item, rng = rules.find_item(ground.told, inputs.item), context.rng
    left = draw_left(said, ground.team, item.days, rng)
    new = draw_left(new_said, ground.team, 0.0, rng)
    found = weigh(left, new, item.days, ground.team, inputs.urgency, rng)
    return ground, item, found


def _learn(context: Context, scope: Scope, source: str) -> _Ground:
    """What the team's own history teaches; nothing of what a few people are behind."""
    told = read_interruptions(context.mart, source, scope.teams, context.now)
    few = any(0 < each.people < scope.floor for each in (told.work, told.away, told.left))

    def kept(one: Lasted) -> slice:
        return slice(0, 0 if 0 < one.people < scope.floor else None)

    own, out, left = kept(told.work), kept(told.away), kept(told.left)
    work = learn(told.work.days[own], told.work.came[own], told.work.never[own], WORK)
    away = learn(told.away.days[out], told.away.came[out], told.away.never[out], AWAY)
    ramp = learn_ramp(told.left.days[left], told.left.came[left], told.left.before[left], work)
    finished = int(told.work.came[own].sum())
    said = _OWN.format(finished, away.n, ramp.n, TRACKERS)
    return _Ground(told, Team(work, finished, away, ramp), said + _FEW if few else said)


def _find_source(context: Context, scope: Scope, name: str) -> str | None:
    """The tracker of that name, the busiest for "", None where there is none at all."""
    names = list_trackers(context.mart, scope.teams)
    asked = name.strip()
    fits = (one for one in names if asked in ("", one, one.removeprefix(ITEMS_PREFIX)))
    found = next(fits, None)
    if asked and found is None:
        raise NotFound(f"There is no tracker called {asked[:80]!r} here.", "Leave it out.")
    return found


def _chosen(context: Context) -> tuple[Chosen, ...]:
    return context.journal.fold(STREAM, CHOICES)
