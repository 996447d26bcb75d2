"""The use cases of updates."""

from __future__ import annotations

from functools import partial

from groundplan.practices.updates import rules
from groundplan.practices.updates.rules import Draft, Record, Said, Updates
from groundplan.records import asked, goals, milestones, promised
from groundplan.records.journal import Visibility
from groundplan.records.kinds import Body
from groundplan.records.milestones import Milestone
from groundplan.records.roster import name_of, nested_in, team_name
from groundplan.records.roster_checks import find_person
from groundplan.records.updates import deliveries, recipients, shown
from groundplan.records.updates import published as records
from groundplan.records.updates.deliveries import DELIVERIES, Channel, Delivery, State
from groundplan.records.updates.deliveries import STREAM as DELIVERED
from groundplan.records.updates.drafting import Material, draft, find_outcomes, gather
from groundplan.records.updates.letters import check_chat
from groundplan.records.updates.lines import (
    Section,
    check_section,
    find_statements,
    pack,
    write_line,
)
from groundplan.records.updates.published import STREAM, UPDATES, Approval, Month, Update
from groundplan.records.updates.shared_promises import SHARED, Shared
from groundplan.records.updates.shown import Shown, count_lines, find_told, pick_for, write_update
from groundplan.records.updates.slips import SLIPS
from groundplan.signals.outlooks import look_ahead, settle_by_facts, settle_promises
from groundplan.terms.errors import BadInput, Refused
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, NoInputs


def list_updates(context: Context, scope: Scope, inputs: NoInputs) -> Updates:
    """What was published to the viewer, and whether each month of their team was told in time."""
    known = _known(context)
    found = [_show(context, scope, one) for one in reversed([*known.published.values()])]
    kept = records.follow_cadence(_of_team(known, scope), context.now.date())
    return Updates(tuple(found), kept, scope.viewer not in known.silent)


def show_update(context: Context, scope: Scope, inputs: rules.NumberInputs) -> Shown:
    """One update, also as a Markdown document."""
    return _show(context, scope, records.find_update(_known(context), inputs.number))


def read_draft(context: Context, scope: Scope, inputs: rules.MonthInputs) -> Draft:
    """What partners would be told of a month: the facts' words, or those of who edited them."""
    known, month = _known(context), _choose(context, scope, inputs.month)
    by_facts, _ = draft(_gather(context, scope, month))
    edited = known.edits.get((scope.team, month))
    words = shown.add_shown(edited or by_facts, by_facts)
    given = known.approvals.get((scope.team, month))
    if given is not None:
        words = given.sections
    told = find_told(known, scope.team, month, given)
    name = partial(name_of, context.roster)
    said = {each: tuple(write_line(line, name) for line in words[each]) for each in Section}
    done, in_flight, slipped, after = (said[each] for each in Section)
    return Draft(
        month, done, in_flight, slipped, after,
        tuple(f"{one.ref} {each}" for one in words[Section.DONE] for each in one.shown),
        edited is not None, f"{name(given.by)}, {given.on}" if given else "",
        shown.check_done(words, by_facts), shown.find_unsaid(words, by_facts),
        told.number if told else 0,
        recipients.list_recipients(
            context.roster, known.silent, _list_partners(context, scope), words
        ),
        _score(context, scope).says,
    )  # fmt: skip


def edit(context: Context, scope: Scope, inputs: rules.EditInputs) -> Said:
    """Put words in place of the draft's; a yes that was said before them ends."""
    version, month = context.journal.version(STREAM), _choose(context, scope, inputs.month)
    sections = {
        each: check_section(each, getattr(inputs, each.field), lambda name: _find(context, name))
        for each in Section
    }
    body = {"month": month, "sections": pack(sections)}
    entry = context.journal.append(STREAM, records.EDITED, body, expected=version)
    words = f"has {count_lines(sections)} lines of yours; nobody approved them yet"
    return Said(entry.version, f"{month} {words if any(sections.values()) else 'is as drafted'}.")


def approve(context: Context, scope: Scope, inputs: rules.MonthInputs) -> Said:
    """Say yes to the words as they stand; Refused where something under done is not done."""
    version, month = context.journal.version(STREAM), _choose(context, scope, inputs.month)
    by_facts, ahead = draft(_gather(context, scope, month))
    words = _known(context).edits.get((scope.team, month)) or by_facts
    troubles = shown.check_done(words, by_facts)
    if troubles:
        raise Refused(" ".join(troubles), "Move it to in flight; done is built, proven and used.")
    if not count_lines(words):
        raise Refused(f"Nothing is to be told of {month}.", "Write a line, if only why not.")
    words = shown.add_shown(words, by_facts)
    stated = find_statements((line for lines in words.values() for line in lines), ahead)
    packed = records.pack_statements(stated)
    body = {"month": month, "sections": pack(words), "statements": packed}
    entry = context.journal.append(STREAM, records.APPROVED, body, expected=version)
    return Said(entry.version, f"{month} is approved with {len(stated)} statements to be scored.")


def publish(context: Context, scope: Scope, inputs: rules.PublishInputs) -> Said:
    """Publish what was approved, and queue what is sent; repeated, it does what is missing only."""
    rooms, month = check_chat(inputs.chat), _choose(context, scope, inputs.month)
    given = _known(context).approvals.get((scope.team, month))
    if given is None:
        raise Refused(f"Nobody approved {month}.", "Read the draft, then approve it.")
    told = find_told(_known(context), scope.team, month, given) or _append(
        context, scope, month, given
    )
    silent, queued = _known(context).silent, 0
    for person in _list_partners(context, scope):
        mine = pick_for(given.sections, person)
        if not count_lines(mine):
            continue
        if person not in told.digests:
            body = {"number": told.number, "sections": pack(mine)}
            context.journal.append(STREAM, records.DIGESTED, body, owner=person)
        if inputs.mail and not recipients.find_hindrance(context.roster, silent, person):
            queued += _queue(context, told, Channel.MAIL, person, person)
    for room in rooms:
        queued += _queue(context, told, Channel.CHAT, room, scope.viewer)
    return Said(told.number, f"Update {told.number} of {month} is published; {queued} to be sent.")


def review_record(context: Context, scope: Scope, inputs: NoInputs) -> Record:
    """How what the team's updates stated with odds came true."""
    return _score(context, scope)


def read_outbox(context: Context, scope: Scope, inputs: NoInputs) -> rules.Outbox:
    """Every delivery of the team's updates, with all that is sent."""
    known, found = _known(context), []
    for one in reversed([*context.journal.fold(DELIVERED, DELIVERIES).values()]):
        update = known.published.get(one.update)
        if one.team == scope.team and update is not None:
            now = one.now(context.now)
            found.append(
                recipients.address(context.roster, now, update, due=now.is_due(context.now))
            )
    return rules.Outbox(tuple(found))


def deliver(context: Context, scope: Scope, inputs: rules.DeliverInputs) -> Said:
    """Note a step of a delivery; Refused for a claim of what somebody else sends, or has sent."""
    version, one = _find_delivery(context, scope, inputs.delivery)
    deliveries.check_step(one, inputs.step, context.now)
    kind, body = deliveries.write_step(one, inputs.step, inputs.reason, inputs.retry_s)
    _note(context, one, version, kind, body)
    return Said(one.number, f"Delivery {one.number}: {inputs.step}.")


def resend(context: Context, scope: Scope, inputs: rules.ResendInputs) -> Said:
    """Say yes to trying a delivery again that failed, or may not have arrived."""
    version, one = _find_delivery(context, scope, inputs.delivery)
    if one.state in (State.SENDING, State.SENT):
        raise Refused(f"Delivery {one.number} is {one.state}.", "What was sent is sent once.")
    _note(context, one, version, deliveries.RESENT, {"delivery": one.number})
    return Said(one.number, f"Delivery {one.number} waits to be sent again.")


def subscribe(context: Context, scope: Scope, inputs: rules.SubscribeInputs) -> Said:
    """Say whether one gets e-mail; what is published stays on the page."""
    entry = context.journal.append(STREAM, records.SUBSCRIBED, {"mail": inputs.mail})
    return Said(entry.version, f"You get {'e-mail' if inputs.mail else 'no e-mail'}.")


def _known(context: Context) -> records.Updates:
    return context.journal.fold(STREAM, UPDATES)


def _choose(context: Context, scope: Scope, month: str) -> Month:
    today = context.now.date()
    chosen = month.strip() or records.choose_month(_known(context), scope.team, today)
    if records.days_of(chosen).start_on > today:
        raise BadInput("month", chosen, "a month that has begun")
    return chosen


def _of_team(known: records.Updates, scope: Scope) -> tuple[Update, ...]:
    return tuple(one for one in known.published.values() if one.team == scope.team)


def _show(context: Context, scope: Scope, one: Update) -> Shown:
    return shown.show(one, scope.viewer, team_name(context.roster, one.team))


def _gather(context: Context, scope: Scope, month: Month) -> Material:
    """The facts of the team and of those nested in it, as a month is told from them."""
    settled, fold = _settle_all(context, scope), context.journal.fold
    foretell = partial(look_ahead, context.mart, context.roster, scope, now=context.now)
    return gather(
        month,
        scope.team,
        context.now.date(),
        teams=nested_in(context.roster, scope.team) if scope.team else {""},
        known=_known(context),
        milestones=((one, foretell(one)) for one in settled),
        slips=fold(milestones.STREAM, SLIPS),
        requests=fold(asked.STREAM, asked.REQUESTS).values(),
        wanted=fold(goals.STREAM, goals.GOALS).goals.values(),
        partners={p: name_of(context.roster, p) for p in _list_partners(context, scope)},
        promises=_list_promises(context, scope),
    )


def _settle_all(context: Context, scope: Scope) -> list[Milestone]:
    known = context.journal.fold(milestones.STREAM, milestones.MILESTONES).values()
    return [settle_by_facts(context.mart, scope.repos, one) for one in known]


def _list_promises(context: Context, scope: Scope) -> list[Shared]:
    """What was promised to partners, as facts have it."""
    journal = context.journal
    known = (journal.fold(one, SHARED) for one in journal.streams(promised.STREAMS))
    return settle_promises(context.mart, scope.repos, known, context.now.date())


def _score(context: Context, scope: Scope) -> Record:
    known = context.journal.fold(goals.STREAM, goals.GOALS).goals.values()
    outcomes = find_outcomes(_settle_all(context, scope), known, _list_promises(context, scope))
    return rules.score(_of_team(_known(context), scope), outcomes, context.now.date())


def _append(context: Context, scope: Scope, month: Month, given: Approval) -> Update:
    version, record = context.journal.version(STREAM), _score(context, scope).says
    body = write_update(given, _known(context), scope.team, month, record)
    kept = Visibility.PARTNERS
    entry = context.journal.append(
        STREAM, records.PUBLISHED, body, expected=version, visibility=kept
    )
    return _known(context).published[entry.version]


def _list_partners(context: Context, scope: Scope) -> tuple[str, ...]:
    return recipients.list_partners(context.roster, scope.team, context.now.date())


def _queue(context: Context, told: Update, way: Channel, to: str, owner: str) -> int:
    """Queue a delivery unless that update was queued for that recipient; how many were."""
    version = context.journal.version(DELIVERED)
    if deliveries.is_queued(
        context.journal.fold(DELIVERED, DELIVERIES).values(), told.number, way, to
    ):
        return 0
    body = {"update": told.number, "channel": way.value, "to": to}
    context.journal.append(DELIVERED, deliveries.QUEUED, body, expected=version, owner=owner)
    return 1


def _find_delivery(context: Context, scope: Scope, number: int) -> tuple[int, Delivery]:
    version = context.journal.version(DELIVERED)
    known = context.journal.fold(DELIVERED, DELIVERIES)
    mine = {n: one for n, one in known.items() if one.team == scope.team}
    return version, deliveries.find_delivery(mine, number, context.now)


def _note(context: Context, one: Delivery, version: int, kind: str, body: Body) -> None:
    # whose the recipient is, so that erasing them takes all of it away
    owner = one.to if one.channel is Channel.MAIL else None
    context.journal.append(DELIVERED, kind, body, expected=version, owner=owner)


def _find(context: Context, name: str) -> str:
    return find_person(context.roster, name.strip()).person_id
