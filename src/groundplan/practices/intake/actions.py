"""The use cases of intake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from groundplan.facts.plans import Plan, read_plan
from groundplan.facts.trackers import read_landings
from groundplan.inference.forecasts.displacement import displace
from groundplan.practices.intake import rules
from groundplan.practices.intake.rules import Said
from groundplan.records import asked, milestones
from groundplan.records.asked import REQUESTS, STREAM, Request, Verdict
from groundplan.records.roster import team_name
from groundplan.records.roster_checks import find_person
from groundplan.records.words import check_line
from groundplan.signals.futures import foretell
from groundplan.signals.signal import Finding
from groundplan.sources.eml import shape
from groundplan.terms.errors import BadInput, Refused
from groundplan.terms.estimate import Unknown
from groundplan.terms.scope import Role, Scope
from groundplan.usecase import Context, NoInputs

_SILENT: Final = timedelta(weeks=2)  # a history that ended earlier says nothing from today
_YEAR: Final = timedelta(days=365)


def list_requests(context: Context, scope: Scope, inputs: NoInputs) -> rules.Requests:
    """The requests that the viewer may read: partners their own, a team's members all of its."""
    today, roster, viewer = context.now.date(), context.roster, scope.viewer
    rows = [rules.show(one, today, roster, viewer) for one in _known(context).values()]
    waiting = [row for row in rows if row.stage in asked.OPEN]
    over = [row for row in rows if row.stage in asked.OVER]
    rest = [row for row in rows if row.stage not in asked.OPEN + asked.OVER]
    waiting.sort(key=lambda row: (row.asked_on, row.number))
    return rules.Requests(tuple(waiting), tuple(rest), tuple(reversed(over)))


def ask(context: Context, scope: Scope, inputs: rules.AskInputs) -> Said:
    """Ask the team for something; partners too."""
    body = rules.check_asked(inputs, context.now.date())
    entry = context.journal.append(STREAM, asked.ASKED, body)
    return Said(entry.version, f"Request {entry.version} is with the team: {body['what']}")


def read_mail(context: Context, scope: Scope, inputs: rules.MailInputs) -> Said:
    """Take a request out of a saved e-mail; Refused for one that was read before.

    It is its sender's where the roster knows the address, else of who brought it.
    """
    mail, today = shape.read_mail(inputs.mail), context.now.date()
    version = context.journal.version(STREAM)
    for one in _known(context).values():
        if mail.message_id and one.message_id == mail.message_id:
            raise Refused(f"That mail is request {one.number} already.")
    sent = mail.sent_at.date() if mail.sent_at else today
    body = {
        "what": mail.subject or " ".join(mail.text.split())[:100],
        "why": mail.text, "users": "", "use": "", "by": inputs.by and inputs.by.isoformat(),
        "name": mail.name, "email": mail.email, "message_id": mail.message_id,
        "asked_on": (sent if today - _YEAR <= sent <= today else today).isoformat(),
    }  # fmt: skip
    people = context.roster.people.values()
    known = (p.person_id for p in people if p.email.casefold() == mail.email.casefold())
    entry = context.journal.append(
        STREAM, asked.ASKED, body, expected=version, owner=next(known, None)
    )
    left = f" (left out: {', '.join(mail.left_out[:5])})" if mail.left_out else ""
    return Said(entry.version, f"Request {entry.version} came by mail: {body['what']}{left}")


def weigh(context: Context, scope: Scope, inputs: rules.WeighInputs) -> rules.Weighed:
    """What a request would displace, taken now or after all that is open, and a drafted answer."""
    known, size = _known(context), asked.check_size(inputs.size)
    one, today = asked.find_one(known, inputs.number), context.now.date()
    defined = context.journal.fold(milestones.STREAM, milestones.MILESTONES).values()
    active = [each for each in defined if each.state in milestones.ACTIVE]
    named = {point.link: each.outcome for each in active for point in each.standing if point.link}
    plan = read_plan(context.mart, scope.teams, one.what, context.now, named)
    if plan is None:  # landed changes set the pace, and what was accepted is the plan
        landed = read_landings(context.mart, scope.repos, context.now)
        ends = asked.order_accepted(known.values(), one.number, today)
        plan = Plan(landed, landed.classes[0], ends)
    tracker = plan.tracker
    ahead = foretell(context.mart, context.roster, scope, tracker, plan.name)
    if today - tracker.until > _SILENT:
        ahead = Unknown("nothing was recorded in two weeks", 0, 1, tracker.counted)
    promised = {each.outcome for each in active}
    found = displace(ahead, plan.ends, size, tracker.until, today, promised=promised)
    return rules.Weighed(
        found.now_on, found.after_on, found.moved, found.of_moved,
        one.number, one.what, size, tracker.counted, rules.write_draft(found),
    )  # fmt: skip


def decide(context: Context, scope: Scope, inputs: rules.DecideInputs) -> Said:
    """Say a verdict; the last one holds and all are kept."""
    version, one = _find(context, inputs.number)
    if one.team not in ("", scope.team):
        team = team_name(context.roster, one.team)
        raise Refused(f"Request {one.number} is {team}'s.", f"Act in the name of {team}.")
    if one.delivered_on is not None:
        raise Refused(f"Request {one.number} is delivered.", "Ask anew for what is missing.")
    person = ""
    if inputs.verdict is Verdict.PASS:
        to = find_person(context.roster, inputs.person)
        if to.left_on is not None:
            raise BadInput("person", inputs.person[:80], "somebody who is still here")
        person = to.person_id
    body = rules.check_decided(inputs, person, context.now.date())
    context.journal.append(STREAM, asked.DECIDED, body, expected=version)
    now = asked.say_verdict(_known(context)[one.number].decision, context.roster)
    return Said(one.number, f"Request {one.number} is {now}.")


def answer(context: Context, scope: Scope, inputs: rules.SayInputs) -> Said:
    """Tell the asker what becomes of the request; it is theirs to read, and the team's."""
    said = Said(inputs.number, f"Request {inputs.number} is answered.")
    text = check_line("text", " ".join(inputs.text.split()))
    return _say(context, asked.ANSWERED, said, text=text)


def remind(context: Context, scope: Scope, inputs: rules.NumberInputs) -> Said:
    """Ask again; what was held, negotiated or declined waits for a new verdict."""
    _check_theirs(context, scope, inputs.number)
    return _say(context, asked.REMINDED, Said(inputs.number, f"Request {inputs.number} waits."))


def withdraw(context: Context, scope: Scope, inputs: rules.SayInputs) -> Said:
    """Take a request back; Refused once it is delivered."""
    reason = check_line("text", inputs.text)
    if _check_theirs(context, scope, inputs.number).delivered_on is not None:
        raise Refused(f"Request {inputs.number} is delivered.", "Say whether it is used.")
    said = Said(inputs.number, f"Request {inputs.number} is withdrawn: {reason}")
    return _say(context, asked.WITHDRAWN, said, reason=reason)


def deliver(context: Context, scope: Scope, inputs: rules.DeliverInputs) -> Said:
    """Say that what was asked for is delivered, and since when."""
    one, today = _find(context, inputs.number)[1], context.now.date()
    on = inputs.delivered_on or today
    if not one.asked_on <= on <= today:
        raise BadInput("delivered_on", on.isoformat(), f"{one.asked_on} to {today}")
    said = Said(one.number, f"Request {one.number} was delivered on {on}.")
    return _say(context, asked.DELIVERED, said, on=on.isoformat())


def use(context: Context, scope: Scope, inputs: rules.UseInputs) -> Said:
    """Say whether the asker uses it; the last word holds. Refused before it is delivered."""
    if _check_theirs(context, scope, inputs.number).delivered_on is None:
        raise Refused(f"Request {inputs.number} is not delivered yet.")
    note = inputs.note.strip() and check_line("note", inputs.note)
    said = Said(inputs.number, f"Request {inputs.number} is {'' if inputs.used else 'not '}used.")
    return _say(context, asked.USED, said, used=inputs.used, note=note)


def review_record(context: Context, scope: Scope, inputs: NoInputs) -> rules.Record:
    """How soon the team's requests were answered, and what became of them."""
    return rules.keep_record(list(_known(context).values()), context.now.date())


def find_sentences(context: Context, scope: Scope) -> Sequence[Finding]:
    """One sentence for a lead while requests wait for longer than a working day."""
    rows = list_requests(context, scope, NoInputs())
    late = sum(row.late for row in (*rows.waiting, *rows.under_way, *rows.over))
    if not late or scope.role is not Role.LEAD:
        return ()
    says = f"{late} request{' waits' if late == 1 else 's wait'} for an answer for over a day."
    return (Finding("requests", says, 0.2, "A no at once costs less than silence.", "/intake"),)


def _known(context: Context) -> Mapping[int, Request]:
    return context.journal.fold(STREAM, REQUESTS)


def _find(context: Context, number: int) -> tuple[int, Request]:
    version = context.journal.version(STREAM)
    return version, asked.find_one(_known(context), number)


def _check_theirs(context: Context, scope: Scope, number: int) -> Request:
    _, one = _find(context, number)
    if one.owner != scope.viewer and scope.role is not Role.LEAD:
        raise Refused(f"Request {number} is not yours.", "Its asker says so, or a lead for them.")
    return one


def _say(context: Context, kind: str, said: Said, **body: Any) -> Said:
    version, one = _find(context, said.number)
    # owned by the asker: they alone read it besides the team, also where they are a partner
    body["number"] = one.number
    context.journal.append(STREAM, kind, body, expected=version, owner=one.owner)
    return said
