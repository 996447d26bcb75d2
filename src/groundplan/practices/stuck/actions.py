"""The use cases of being stuck. Everything is private until its owner shows it to somebody."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from groundplan.inference import go_to_hits, similarity
from groundplan.inference.stuck import find_baseline
from groundplan.practices.stuck import rules
from groundplan.practices.stuck.rules import Found, Mine, Record, Said, Written
from groundplan.records import stuck as records
from groundplan.records.journal import Visibility
from groundplan.records.kinds import Body
from groundplan.records.roster import name_of
from groundplan.records.roster_checks import find_readers
from groundplan.records.stuck import SPELLS, STREAM, Spell, Spells, find_nudge, find_own
from groundplan.records.words import check_line
from groundplan.signals.stuck_times import measure_team, time_answers, time_ends
from groundplan.signals.who_knows import Known, find_known
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, NoInputs

_PRIVATE = Visibility.PRIVATE


def list_spells(context: Context, scope: Scope, inputs: NoInputs) -> Mine:
    """The viewer's spells, what others showed them, and today's nudge if there is one."""
    known, now = _known(context), context.now
    row = partial(rules.show, viewer=scope.viewer, name=_name(context), now=now)
    own, others = known.of(scope.viewer), known.of_others(scope.viewer)
    baseline = find_baseline(rules.list_lasted(own, now))
    nudged = find_nudge(own, baseline.hours, known.quiet, now)
    return Mine(
        running=tuple(map(row, records.list_running(own))),
        asked_of_you=tuple(map(row, sorted(others, key=_turn))),
        past=tuple(row(one) for one in reversed(own) if not one.open),
        nudge=rules.say_nudge(find_own(known, scope.viewer, nudged), baseline, now)
        if nudged
        else "",
        nudged=nudged,
    )


def begin(context: Context, scope: Scope, inputs: rules.BeginInputs) -> Said:
    """Start a private timer, or say what one is stuck with; nobody else reads it."""
    body = rules.read_words(inputs)
    entry = context.journal.append(STREAM, records.BEGAN, body, visibility=_PRIVATE)
    number = _known(context).known[entry.version].number
    return Said(number, f"Spell {number} runs, and is yours alone: {body['about']}")


def note(context: Context, scope: Scope, inputs: rules.NoteInputs) -> Said:
    """Note what was tried, or is unclear; whom it was shown to reads it too."""
    version, one = _find(context, scope, inputs.number)
    tried = rules.check_words("tried", inputs.tried)
    unclear = rules.check_words("unclear", inputs.unclear)
    if not tried and not unclear:
        raise BadInput("tried", "nothing", "what was tried, or what is unclear")
    body = {"number": one.key, "about": "", "tried": tried, "unclear": unclear}
    _tell(context, version, one, records.NOTED, body)
    return Said(one.number, f"Noted beside spell {one.number}.")


def look(context: Context, scope: Scope, inputs: rules.NumberInputs) -> Found:
    """Who knows it, and what was written about it: asked in private, before anybody is."""
    one = find_own(_known(context), scope.viewer, inputs.number, is_open=False)
    about, found = f"{one.about} {one.unclear}", None
    for what in (one.about.strip("/"), about):
        found = found or find_known(context.mart, scope.repos, what, people=scope.sees_experts)
    known = found or Known("", (), (), ())
    said = _search_said(context, one, set(similarity.find_words(about)))
    told = (*said, *_search_files(context, known))
    says = f"{len(known.people)} who know it, {len(told)} places where it was written about."
    checked = go_to_hits.say_people() if known.people else ""
    return Found(one.number, one.about, known.files, known.people, told, says, checked)


def show(context: Context, scope: Scope, inputs: rules.ShowInputs) -> Said:
    """Let the lead, or somebody chosen, read a spell and answer it; one key is enough."""
    version, one = _find(context, scope, inputs.number)
    to = find_readers(context.roster, scope.team, inputs.to, context.now.date())
    new = [person for person in to if person not in one.shown and person != scope.viewer]
    if not new:
        raise Refused("They read it already.", "Name somebody else with --to.")
    for place, person in enumerate(new):
        context.journal.append(
            STREAM, records.GIVEN, records.give(one), expected=version + place, owner=person,
            visibility=_PRIVATE,
        )  # fmt: skip
    _append(context, records.SHOWN, {"number": one.key, "to": new}, scope.viewer)
    return Said(one.number, f"{' and '.join(map(_name(context), new))} may read it now.")


def answer(context: Context, scope: Scope, inputs: rules.AnswerInputs) -> Said:
    """Answer a spell that was shown to the viewer; its owner reads it."""
    version, text = context.journal.version(STREAM), check_line("text", inputs.text)
    one = _known(context).numbered(inputs.number)
    if one is None or one.owner == scope.viewer:
        raise NotFound(f"Nobody showed you a spell {inputs.number}.", "stuck.list lists them.")
    if not one.open:
        raise Refused(f"Spell {one.number} is over.", "Tell them in person what you know.")
    body = {"number": one.key, "text": text}
    context.journal.append(
        STREAM, records.ANSWERED, body, expected=version, owner=one.owner, visibility=_PRIVATE
    )
    _append(context, records.ANSWERED, body, scope.viewer)
    return Said(one.number, f"{_name(context)(one.owner)} reads your answer.")


def end(context: Context, scope: Scope, inputs: rules.EndInputs) -> Said:
    """Say that one can go on, and what helped."""
    version, one = _find(context, scope, inputs.number)
    learnt = rules.check_words("learnt", inputs.learnt)
    body = {"number": one.key, "how": inputs.how.value, "learnt": learnt}
    _tell(context, version, one, records.ENDED, body)
    return Said(one.number, f"Spell {one.number} is over: {inputs.how}.")


def quiet(context: Context, scope: Scope, inputs: NoInputs) -> Said:
    """No nudge any more today."""
    body = {"on": context.now.date().isoformat()}
    _append(context, records.QUIETED, body, scope.viewer)
    return Said(0, "No nudge any more today.")


def review_record(context: Context, scope: Scope, inputs: NoInputs) -> Record:
    """How soon the viewer was answered and could go on, and how soon they answered others."""
    known, now = _known(context), context.now
    own = known.of(scope.viewer)
    baseline = find_baseline(rules.list_lasted(own, now))
    return Record(
        answered=time_answers(own, now),
        unblocked=time_ends(own, now),
        answered_by_you=time_answers(known.of_others(scope.viewer), now),
        baseline=baseline,
        says=rules.say_precision(baseline),
        counts=known.counted is not None,
    )


def share(context: Context, scope: Scope, inputs: NoInputs) -> Said:
    """Let the times of spells that begin from now on count for the team's; no word of them."""
    if _known(context).counted is not None:
        raise Refused("Your times count already.", "stuck.unshare takes that back.")
    _append(context, records.COUNTED, {}, scope.viewer)
    return Said(0, "How long your spells take counts for your team, from the next one on.")


def unshare(context: Context, scope: Scope, inputs: NoInputs) -> Said:
    """Let no spell count that begins from now on, and nothing that happens to those before."""
    if _known(context).counted is None:
        raise NotFound("Your times do not count.", "There is nothing to take back.")
    _append(context, records.UNCOUNTED, {}, scope.viewer)
    return Said(0, "What happens from now on counts for nobody but you.")


def review_team(context: Context, scope: Scope, inputs: NoInputs) -> rules.Team:
    """How soon the team's spells are answered and over; only over five people and more."""
    return rules.Team(*measure_team(context.measure, scope))


def _turn(one: Spell) -> tuple[bool, int]:
    """Those who still wait first, the longest before; then what is over, the newest before."""
    return (not one.open, one.number if one.open else -one.number)


def _known(context: Context) -> Spells:
    return context.journal.fold(STREAM, SPELLS)


def _name(context: Context) -> partial[str]:
    return partial(name_of, context.roster)


def _find(context: Context, scope: Scope, number: int) -> tuple[int, Spell]:
    version = context.journal.version(STREAM)
    return version, find_own(_known(context), scope.viewer, number)


def _append(context: Context, kind: str, body: Body, owner: str) -> None:
    context.journal.append(STREAM, kind, body, owner=owner, visibility=_PRIVATE)


def _tell(context: Context, version: int, one: Spell, kind: str, body: Body) -> None:
    """Say something of one's spell, to oneself and to each whom it was shown to."""
    context.journal.append(STREAM, kind, body, expected=version, visibility=_PRIVATE)
    for person in one.shown:
        _append(context, kind, body, person)


def _search_files(context: Context, found: Known) -> Iterator[Written]:
    search, words = context.documents.search, list(found.words)
    lines = [line for word in words[:3] for line in search(found.repo, word, 400)]
    for one in similarity.rank_documents(words, lines)[: rules.FOUND]:
        yield Written(f"{found.repo} {one.path}:{one.number}", one.text.strip()[:120])


def _search_said(context: Context, mine: Spell, words: set[str]) -> list[Written]:
    """What the viewer may read of the same words in the journal, their own spells among it."""
    alike = []
    for stream in (STREAM, *rules.TOLD_IN):
        for entry in context.journal.read(stream):
            text = rules.find_text(entry.body)
            shared = len(words & set(similarity.find_words(text)))
            if shared and mine.key not in (entry.version, entry.body.get("number")):
                alike.append((shared, entry.seq, Written(f"{stream}, {entry.at.date()}", text)))
    alike.sort(key=lambda row: (-row[0], -row[1]))
    return [written for *_, written in alike[: rules.FOUND]]
