"""The use cases of focus time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from groundplan.facts.calendar import take_spans
from groundplan.inference.focus import Quiet, find_quiet, plan
from groundplan.practices.focus_time import rules
from groundplan.practices.focus_time.rules import Said
from groundplan.records import calendars
from groundplan.records.calendars import Kept
from groundplan.records.journal import Visibility
from groundplan.sources.ics.shape import read_events
from groundplan.terms.errors import BadInput, NotFound
from groundplan.terms.estimate import Unknown
from groundplan.terms.period import monday_of
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, NoInputs

_NO_CALENDAR = "Bring your calendar first: focus_time.bring."


def bring(context: Context, scope: Scope, inputs: rules.BringInputs) -> Said:
    """Keep when the viewer is busy, for themselves alone; no titles, places or other people."""
    stream = _stream(scope)
    version = context.journal.version(stream)
    opens, closes = rules.check_hours(inputs)
    zone, days_off = rules.check_zone(inputs.zone), rules.read_days_off(inputs.days_off)
    if "@" not in inputs.address:
        raise BadInput("address", inputs.address, "your e-mail address, as on invitations")
    monday = monday_of(context.now.date())
    since = monday - timedelta(weeks=rules.WEEKS_BACK)
    until = monday + timedelta(weeks=rules.WEEKS_AHEAD + 1)
    read = read_events(
        inputs.calendar.encode(),
        _midnight(since - timedelta(days=1)),
        _midnight(until + timedelta(days=1)),
        zone,
        (inputs.address.strip().lower(),),
    )
    if read.rejected and not read.events:
        first = read.rejected[0]
        raise BadInput("calendar", f"line {first.line}", f"a calendar (.ics): {first.reason}")
    spans = take_spans(read.events)
    if len(spans) > rules.MOST_SPANS:
        raise BadInput(
            "calendar", f"{len(spans):,} events", f"{rules.MOST_SPANS:,} in eleven weeks"
        )
    body = {
        "zone": zone, "opens": opens, "closes": closes,
        "days_off": sorted({str(day) for day in days_off}), "since_on": str(since),
        "until_on": str(until), "spans": spans, "left_out": len(read.rejected),
    }  # fmt: skip
    context.journal.append(
        stream, calendars.BROUGHT, body, expected=version, visibility=Visibility.PRIVATE
    )
    if "shared" in context.journal.fold(stream, calendars.CALENDAR):
        context.journal.append(
            stream, calendars.SHARED, calendars.write_shared(body, context.now.date())
        )
    says = f"{len(spans)} busy times are kept, for you alone."
    return Said(says, tuple(f"line {one.line}: {one.reason}" for one in read.rejected[:20]))


def share(context: Context, scope: Scope, inputs: NoInputs) -> Said:
    """Let the team's quiet window count the viewer's busy times, from now on."""
    stream = _stream(scope)
    version = context.journal.version(stream)
    known = context.journal.fold(stream, calendars.CALENDAR)
    if "brought" not in known:
        raise NotFound("You have not brought a calendar.", _NO_CALENDAR)
    body = calendars.write_shared(known["brought"], context.now.date())
    context.journal.append(stream, calendars.SHARED, body, expected=version)
    return Said("Your team's quiet window counts when you are busy; it shows nobody's times.")


def unshare(context: Context, scope: Scope, inputs: NoInputs) -> Said:
    """Leave the viewer's busy times out of the team's quiet window."""
    stream = _stream(scope)
    version = context.journal.version(stream)
    if "shared" not in context.journal.fold(stream, calendars.CALENDAR):
        raise NotFound("You share no calendar.", "There is nothing to take back.")
    context.journal.append(stream, calendars.UNSHARED, {}, expected=version)
    return Said("Your busy times count for yourself alone.")


def show_mine(context: Context, scope: Scope, inputs: NoInputs) -> rules.Mine:
    """The viewer's own weeks and a few blocks worth keeping free in the next two."""
    mine = _mine(context, scope)
    if mine is None:
        return rules.Mine(None, None, "", False, 0, (), ())
    today = context.now.date()
    days, (quiet, _) = _working_days(today), _find_quiet(context, scope)
    own = rules.turn_quiet(quiet, monday_of(today), mine.zone) if quiet else None
    found = plan(rules.find_free(mine, days, mine.zone)[np.newaxis], quiet=own)
    return rules.Mine(
        brought_on=mine.brought_on,
        until_on=mine.until_on,
        zone=mine.zone,
        shared=mine.shared,
        left_out=mine.left_out,
        weeks=rules.split_weeks(mine, today),
        blocks=rules.say_blocks(mine, days, found, context.now),
    )


def show_quiet(context: Context, scope: Scope, inputs: NoInputs) -> rules.QuietWindow:
    """When most of those who share their busy times are free, the same for everybody."""
    quiet, people = _find_quiet(context, scope)
    if people < scope.floor:
        few = Unknown("a team's window needs more who share", people, scope.floor, "people")
        return rules.QuietWindow("", "", people, few)
    if quiet is None:
        none = Unknown("never are most of them free", 0, 1, "windows")
        return rules.QuietWindow("", "", people, none)
    mine, monday = _mine(context, scope), monday_of(context.now.date())
    at = rules.say_quiet(quiet, monday, "UTC")
    here = rules.say_quiet(quiet, monday, mine.zone) if mine else at
    return rules.QuietWindow(at, here, people)


def feed(context: Context, scope: Scope, inputs: NoInputs) -> rules.Feed:
    """The viewer's blocks as a calendar of their own; empty before they brought theirs."""
    brought = _mine(context, scope) is not None
    blocks = show_mine(context, scope, inputs).blocks if brought else ()
    return rules.Feed(rules.write_feed(blocks, context.now))


def _find_quiet(context: Context, scope: Scope) -> tuple[Quiet | None, int]:
    """The window in which most who share are free, in UTC, and how many share."""
    days = _working_days(context.now.date())
    shared = []
    for stream in context.journal.streams(calendars.STREAMS):
        known = context.journal.fold(stream, calendars.CALENDAR)
        if "shared" in known:
            kept = calendars.read_kept(known["shared"], known["shared"]["on"])
            if kept.until_on > days[-1]:  # of days it does not tell, nobody knows
                shared.append(rules.find_free(kept, days, "UTC"))
    if len(shared) < scope.floor:
        return None, len(shared)
    return find_quiet(np.stack(shared)), len(shared)


def _mine(context: Context, scope: Scope) -> Kept | None:
    known = context.journal.fold(_stream(scope), calendars.CALENDAR)
    if "brought" not in known:
        return None
    kept = calendars.read_kept(known["brought"], known["brought"]["on"])
    return replace(kept, shared="shared" in known)


def _stream(scope: Scope) -> str:
    return f"{calendars.STREAMS}{scope.viewer}"


def _working_days(today: date) -> list[date]:
    """Monday to Friday of this week and the next."""
    first = monday_of(today)
    return [first + timedelta(days=7 * week + day) for week in range(2) for day in range(5)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
