"""The use cases of alignment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from groundplan.facts.traced_work import Work
from groundplan.inference.chances import score
from groundplan.practices.alignment import rules
from groundplan.practices.alignment.rules import Said
from groundplan.records import alignment, goals
from groundplan.records.alignment import ALIGNMENT, STREAM, Alignment
from groundplan.records.goals import GOALS, Goal
from groundplan.records.words import check_line
from groundplan.signals.attribution import UNDECIDED, attribute, prepare
from groundplan.signals.engineering_time import measure_time, read_recent
from groundplan.signals.signal import Finding
from groundplan.signals.time_spent import TimeSpent, split_time
from groundplan.signals.worth_a_word import ask_about, choose_asked, find_repeated, is_drawn
from groundplan.terms.errors import BadInput, NotFound
from groundplan.terms.scope import Role, Scope
from groundplan.usecase import Context, NoInputs

QUARTER_WEEKS = 13


def show_board(context: Context, scope: Scope, inputs: NoInputs) -> rules.Board:
    """Where work belongs: the tree, the rules, and the recent work that a word would help with."""
    _, said, aims = _read(context)
    works = read_recent(context.mart, scope)
    by = prepare(works, said, aims)
    recent = _newest(context, works, rules.RECENT)
    found = attribute(by, recent)
    often = _newest(context, works, rules.OFTEN)
    decided = sum(how not in UNDECIDED for how in found.how)
    counts = Counter(by.says(work).rule for work in recent)
    scored = [(one.chance, one.was_right) for one in said.record if one.drawn]
    return rules.Board(
        tree=rules.grow_tree(said, aims),
        rules=tuple(rules.say_rule(one, counts[one.number]) for one in said.rules),
        asked=choose_asked(recent, found),
        repeats=find_repeated(often, attribute(by, often)),
        targets=tuple(_names(said, aims).items()),
        recent=len(recent),
        decided=decided,
        learnt_from=by.learnt_from,
        corrections=len(said.corrections),
        record=score(scored),
    )


def show_time(context: Context, scope: Scope, inputs: NoInputs) -> TimeSpent:
    """Where the team's active days went: by goal and kind, the newest quarter and by week."""
    _, said, aims = _read(context)
    quarter, weekly = measure_time(
        context.mart, context.measure, scope, said, aims, QUARTER_WEEKS, 1
    )
    return split_time(quarter, weekly, _names(said, aims))


def show_words(context: Context, scope: Scope, inputs: NoInputs) -> rules.Words:
    """What leaders write about, by topic over time, and what they no longer mention."""
    _, said, aims = _read(context)
    named = [*(one.text for one in said.key_results.values()), *(goal.title for goal in aims)]
    return rules.show_words(said.documents, named)


def place(context: Context, scope: Scope, inputs: rules.PlaceInputs) -> Said:
    """Add a key result to the tree; BadInput for a parent that is not there."""
    version, said, _ = _read(context)
    if inputs.parent and inputs.parent not in said.key_results:
        known = ", ".join(said.key_results) or "nothing so far"
        raise BadInput("parent", inputs.parent[:40], known)
    text = check_line("text", inputs.text)
    body = {"text": text, "level": inputs.level, "parent": inputs.parent}
    number = _say(context, version, alignment.PLACED, body)
    return Said(f"K{number}", f"K{number}: {text}")


def rule(context: Context, scope: Scope, inputs: rules.RuleInputs) -> Said:
    """Say what belongs where without doubt; the newest rule of one sort goes first."""
    version, said, aims = _read(context)
    goal = rules.check_target(inputs.goal, said, aims)
    match, kind = rules.check_match(inputs), inputs.kind or ""
    body = {"how": inputs.how, "match": match, "goal": goal, "kind": kind}
    number = _say(context, version, alignment.RULED, body)
    row = rules.say_rule(alignment.Rule(number, inputs.how, match, goal, kind), 0)
    return Said(row.key, row.says)


def correct(context: Context, scope: Scope, inputs: rules.CorrectInputs) -> Said:
    """Say what a piece of work was; the last word holds, and what was said before is scored.

    NotFound for work that is not of this year or the one before.
    """
    version, said, aims = _read(context)
    goal = rules.check_target(inputs.goal, said, aims)
    works = read_recent(context.mart, scope)
    one = next((work for work in works if work.work == inputs.work), None)
    if one is None:
        raise NotFound("There is no such recent work.", "alignment.list shows what waits.")
    before = ask_about(one, attribute(prepare(works, said, aims), [one]), 0)
    # a word on what was decided already scores nothing
    drawn = is_drawn(one.work) and before.chance < 1
    body = {
        "work": one.work, "goal": goal, "kind": inputs.kind, "said_kind": before.kind,
        "chance": before.chance, "drawn": drawn,
    }  # fmt: skip
    _say(context, version, alignment.CORRECTED, body)
    return Said(one.work, f"{inputs.kind}{f', for {goal}' if goal else ''}: {one.title[:100]}")


def bring(context: Context, scope: Scope, inputs: rules.BringInputs) -> Said:
    """Keep a document of leaders, to follow what they write about."""
    version, _, _ = _read(context)
    text = rules.check_document(inputs.document)
    on, today = inputs.on or context.now.date(), context.now.date()
    if on > today:
        raise BadInput("on", on.isoformat(), f"a day up to {today}")
    title = check_line("title", inputs.title)
    body = {"title": title, "on": on.isoformat(), "text": text}
    number = _say(context, version, alignment.BROUGHT, body)
    return Said(f"D{number}", f"D{number}: {title}, {len(text.split()):,} words.")


def remove(context: Context, scope: Scope, inputs: rules.RemoveInputs) -> Said:
    """Take a key result, a rule or a document away; NotFound if there is none of that name."""
    version, said, _ = _read(context)
    what = inputs.what.strip()
    known = {
        *said.key_results,
        *(f"R{one.number}" for one in said.rules),
        *(f"D{one.number}" for one in said.documents),
    }
    if what not in known:
        raise NotFound(f"There is no {what[:40]} here.", "alignment.list shows what is.")
    _say(context, version, alignment.REMOVED, {"what": what})
    return Said(what, f"{what} is gone.")


def find_sentences(context: Context, scope: Scope) -> Sequence[Finding]:
    """Sentences where most time serves no goal, or leaders fell silent about something."""
    if scope.role is Role.PARTNER:
        return ()
    _, said, aims = _read(context)
    if not (said.rules or said.corrections or said.documents):
        return ()  # nobody uses this here
    words = show_words(context, scope, NoInputs())
    (quarter,) = measure_time(context.mart, context.measure, scope, said, aims, QUARTER_WEEKS)
    return rules.find_sentences(quarter.now if said.named_goals else None, words)


def _read(context: Context) -> tuple[int, Alignment, list[Goal]]:
    """All that was said, the version that it rests on, and the goals."""
    version = context.journal.version(STREAM)
    aims = context.journal.fold(goals.STREAM, GOALS).goals.values()
    return version, context.journal.fold(STREAM, ALIGNMENT), list(aims)


def _names(said: Alignment, aims: Sequence[Goal]) -> dict[str, str]:
    return {goal.goal_id: goal.title for goal in aims} | {
        key: one.text for key, one in said.key_results.items()
    }


def _newest(context: Context, works: Sequence[Work], span: timedelta) -> list[Work]:
    since = context.as_of.replace(tzinfo=None) - span
    return [work for work in works if work.at is not None and work.at >= since]


def _say(context: Context, version: int, kind: str, body: Mapping[str, Any]) -> int:
    return context.journal.append(STREAM, kind, dict(body), expected=version).version
