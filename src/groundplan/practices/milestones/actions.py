"""The use cases of milestones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from groundplan.facts.links import check_link
from groundplan.practices.milestones import rules
from groundplan.practices.milestones.rules import Milestones, Notices, Said
from groundplan.records import milestone_checks as checks
from groundplan.records import milestones as records
from groundplan.records.journal import Visibility
from groundplan.records.milestone_checks import Standing
from groundplan.records.milestones import (
    ACTIVE,
    MILESTONES,
    STREAM,
    Check,
    Milestone,
    State,
)  # fmt: skip
from groundplan.records.roster import name_of, team_name
from groundplan.records.words import check_line
from groundplan.signals.catalogue import discover
from groundplan.signals.outlooks import look_ahead, settle_by_facts
from groundplan.signals.signal import Finding
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.scope import Role, Scope
from groundplan.usecase import Context, NoInputs


def list_milestones(context: Context, scope: Scope, inputs: NoInputs) -> Milestones:
    """The milestones that the viewer may read, with what facts show of each."""
    known = context.journal.fold(STREAM, MILESTONES).values()
    rows = [_show(context, scope, settle_by_facts(context.mart, scope.repos, one)) for one in known]
    active = [row for row in rows if row.state in ACTIVE]
    closed = [row for row in reversed(rows) if row.state not in ACTIVE]
    return Milestones(tuple(sorted(active, key=lambda row: row.promised_on)), tuple(closed))


def define(context: Context, scope: Scope, inputs: rules.DefineInputs) -> Said:
    """Define a milestone; nobody begins before all are clear and convinced."""
    signals = {signal.name for signal in discover()}
    body = rules.check_new(inputs, context.now.date(), signals)
    entry = context.journal.append(STREAM, records.DEFINED, body)
    return Said(entry.version, f"Milestone {entry.version} waits for answers: {body['outcome']}")


def answer(context: Context, scope: Scope, inputs: rules.AnswerInputs) -> Said:
    """Say whether it is clear and convincing; the last word holds. Refused once it has begun."""
    version, one = _find(context, scope, inputs.number, State.BEFORE)
    if scope.viewer not in _members(context, scope, one):
        raise Refused("Only who works in this team answers.", "Ask for a place in it.")
    clear, convinced = (word is rules.Word.YES for word in (inputs.clear, inputs.convinced))
    body = checks.check_answer(one.number, clear=clear, convinced=convinced, fact=inputs.fact)
    context.journal.append(STREAM, records.ANSWERED, body, expected=version)
    return Said(one.number, f"Clear: {inputs.clear}. Convinced: {inputs.convinced}.")


def reply(context: Context, scope: Scope, inputs: rules.ReplyInputs) -> Said:
    """Lay a fact beside an answer; whether it is enough is for whoever answered to say."""
    version, one = _find(context, scope, inputs.number, State.BEFORE)
    if inputs.answer not in {said.number for said in one.answers.values()}:
        raise NotFound(f"Nobody's last word is answer {inputs.answer}.", "They stand in the list.")
    fact, link = check_line("fact", inputs.fact), check_line("link", check_link(inputs.link))
    body = {"number": one.number, "answer": inputs.answer, "fact": fact, "link": link}
    context.journal.append(STREAM, records.REPLIED, body, expected=version)
    return Said(one.number, f"Beside answer {inputs.answer} stands: {fact}")


def start(context: Context, scope: Scope, inputs: rules.StartInputs) -> Said:
    """Begin; Refused while the gate is shut, unless the lead says why it begins all the same."""
    version, one = _find(context, scope, inputs.number, State.BEFORE)
    gate = checks.judge_gate(one, _members(context, scope, one))
    despite = inputs.despite.strip() and check_line("despite", inputs.despite)
    if not gate.open and not despite:
        hint = "Answer doubts with facts, or disagree and commit, with the reason."
        raise Refused(f"The gate is shut. {gate.says}", hint)
    if gate.open and despite:
        raise BadInput("despite", despite[:40], "nothing: everybody is clear and convinced")
    body = {"number": one.number, "despite": despite}
    context.journal.append(STREAM, records.STARTED, body, expected=version)
    return Said(one.number, f"Milestone {one.number} is under way: {one.outcome}")


def verify(context: Context, scope: Scope, inputs: rules.VerifyInputs) -> Said:
    """Say what shows that a point holds, and where; what facts show needs nobody's word."""
    version, one = _find(context, scope, inputs.number, State.UNDER_WAY)
    asked = {point.place: point for check in Check for point in one.behind(check)}
    if inputs.point not in asked:
        raise NotFound(f"Point {inputs.point} of it is not checked.", "The list has their numbers.")
    shows, link = check_line("shows", inputs.shows), check_line("link", check_link(inputs.link))
    body = {"number": one.number, "point": inputs.point, "shows": shows, "link": link}
    context.journal.append(STREAM, records.VERIFIED, body, expected=version)
    return Said(one.number, f"By your word, until facts show it: {asked[inputs.point].text}")


def replan(context: Context, scope: Scope, inputs: rules.ReplanInputs) -> Said:
    """Promise a later day, or drop nice-to-haves; must-haves and checks stay."""
    version, one = _find(context, scope, inputs.number, *ACTIVE)
    body = checks.check_replan(one, inputs.promised_on, inputs.drop, inputs.reason)
    context.journal.append(STREAM, records.REPLANNED, body, expected=version)
    return Said(one.number, f"Milestone {one.number} is promised for {body['promised_on']}.")


def give_up(context: Context, scope: Scope, inputs: rules.GiveUpInputs) -> Said:
    """Give a milestone up, with the reason; it stays readable."""
    version, one = _find(context, scope, inputs.number, *ACTIVE)
    body = {"number": one.number, "reason": check_line("reason", inputs.reason)}
    context.journal.append(STREAM, records.GIVEN_UP, body, expected=version)
    return Said(one.number, f"Milestone {one.number} is given up: {body['reason']}")


def publish(context: Context, scope: Scope, inputs: rules.PublishInputs) -> Said:
    """Tell partners of a delay, in the draft's words or other ones; Refused without a delay."""
    version, one = _find(context, scope, inputs.number, *ACTIVE)
    shown = _show(context, scope, one)
    if not shown.late:
        raise Refused(f"Nothing shows that {one.promised_on} cannot be kept.")
    if not shown.likely:
        hint = "That it is not 85% sure is a matter for the team: replan, or wait."
        raise Refused(f"{one.promised_on} may still be kept: {shown.outlook}.", hint)
    text = [check_line("text", line) for line in inputs.text] or list(shown.draft)
    body = {"number": one.number, "about": one.outcome, "text": text}
    kept = Visibility.PARTNERS
    context.journal.append(STREAM, records.NOTICED, body, expected=version, visibility=kept)
    return Said(one.number, f"Partners read it: {text[0]}")


def list_notices(context: Context, scope: Scope, inputs: NoInputs) -> Notices:
    """What partners were told of delays, the newest first."""
    heard = context.journal.fold(STREAM, records.NOTICES)
    named = [replace(one, team=team_name(context.roster, one.team)) for one in heard]
    return Notices(tuple(reversed(named)))


def find_sentences(context: Context, scope: Scope) -> Sequence[Finding]:
    """One sentence where a promised day no longer holds."""
    if scope.role is Role.PARTNER:
        return ()
    found = rules.find_sentence(list_milestones(context, scope, NoInputs()).active)
    return () if found is None else (found,)


def _show(context: Context, scope: Scope, one: Milestone) -> Standing:
    members = _members(context, scope, one)
    named = checks.name_people(one, lambda person: name_of(context.roster, person))
    return checks.stand(
        named,
        checks.judge_gate(named, members),
        look_ahead(context.mart, context.roster, scope, one, context.now),
        context.now.date(),
        team=team_name(context.roster, one.team),
        yours=scope.viewer in members - set(one.answers),
    )


def _find(context: Context, scope: Scope, number: int, *states: State) -> tuple[int, Milestone]:
    version = context.journal.version(STREAM)
    known = context.journal.fold(STREAM, MILESTONES)
    settled = {
        n: settle_by_facts(context.mart, scope.repos, one)
        for n, one in known.items()
        if n == number
    }
    one = checks.find_one(settled, number, *states)
    if one.team != scope.team:
        whose = team_name(context.roster, one.team)
        raise Refused(f"{whose} has milestone {number}.", "Act in that team to change it.")
    return version, one


def _members(context: Context, scope: Scope, one: Milestone) -> frozenset[str]:
    found = checks.list_members(one, context.roster, one.started_on or context.now.date())
    return found or frozenset({scope.viewer})  # without a roster one asks oneself
