"""The use cases of focus time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote

import numpy as np

from groundplan.facts.calendar import take_spans
from groundplan.inference.focus import Quiet, find_quiet, plan
from groundplan.inference.working_time import find_free
from groundplan.practices.focus_time import rules
from groundplan.practices.focus_time.rules import Said
from groundplan.records import calendars
from groundplan.records.calendars import Kept
from groundplan.records.journal import Visibility
from groundplan.records.vault import digest_of, mint
from groundplan.sources.ics.hours import read_working_time, say_clock, say_days_off
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
    times = read_working_time(inputs.zone, inputs.opens, inputs.closes, inputs.days_off)
    if "@" not in inputs.address:
        raise BadInput("address", inputs.address, "your e-mail address, as on invitations")
    monday = monday_of(context.now.date())
    since = monday - timedelta(weeks=rules.WEEKS_BACK)
    until = monday + timedelta(weeks=rules.WEEKS_AHEAD + 1)
    read = read_events(
        inputs.calendar.encode(),
        _midnight(since - rules.LONGEST_AWAY),
        _midnight(until + timedelta(days=1)),
        times.zone,
        (inputs.address.strip().lower(),),
    )
    if read.rejected and not read.events:
        first = read.rejected[0]
        raise BadInput("calendar", f"line {first.line}", f"a calendar (.ics): {first.reason}")
    begins = _midnight(since - timedelta(days=1)).timestamp() / 60
    spans = [span for span in take_spans(read.events, times.zone) if span[1] > begins]
    if len(spans) > rules.MOST_SPANS:
        raise BadInput(
            "calendar", f"{len(spans):,} events", f"{rules.MOST_SPANS:,} in eleven weeks"
        )
    body = {
        "zone": times.zone, "opens": times.opens, "closes": times.closes,
        "days_off": sorted(map(str, times.days_off)), "since_on": str(since),
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


def subscribe(context: Context, scope: Scope, inputs: NoInputs) -> rules.Link:
    """A new link to the viewer's blocks, in place of the one before; its digest is kept."""
    secret = mint().text
    # asked again under the same key, other words would be said: the journal refuses them
    context.journal.append(
        _stream(scope),
        calendars.LINKED,
        {"digest": digest_of(secret)},
        visibility=Visibility.PRIVATE,
    )
    path = f"/feeds/{quote(scope.viewer, safe='')}/{secret}.ics"
    return rules.Link(path, "Whoever has this link reads your blocks, until you take it back.")


def unsubscribe(context: Context, scope: Scope, inputs: NoInputs) -> Said:
    """The link stops working at once."""
    stream = _stream(scope)
    version = context.journal.version(stream)
    if "linked" not in context.journal.fold(stream, calendars.CALENDAR):
        raise NotFound("No link of yours works.", "There is nothing to take back.")
    context.journal.append(
        stream, calendars.UNLINKED, {}, expected=version, visibility=Visibility.PRIVATE
    )
    return Said("The link does not work any more; who follows it sees nothing new.")


def follow(context: Context, scope: Scope, inputs: rules.FollowInputs) -> rules.Feed:
    """The viewer's calendar of blocks, for whoever has the link that works now."""
    if not calendars.fits(_known(context, scope), inputs.ticket):
        raise NotFound("There is no such calendar.", "Ask for a new link on /focus_time.")
    return feed(context, scope, NoInputs())


def show_mine(context: Context, scope: Scope, inputs: NoInputs) -> rules.Mine:
    """The viewer's own weeks and a few blocks worth keeping free in the next two."""
    known = _known(context, scope)
    kept, link_on = _kept(known), known["linked"]["on"] if "linked" in known else None
    if kept is None:
        return rules.Mine(None, None, False, "", "", "", "", False, link_on, 0, (), ())
    today, (quiet, _) = context.now.date(), _find_quiet(context, scope)
    return rules.Mine(
        brought_on=kept.brought_on,
        until_on=kept.until_on,
        stale=kept.until_on <= _working_days(today)[-1],
        zone=kept.zone,
        opens=say_clock(kept.opens),
        closes=say_clock(kept.closes),
        days_off=say_days_off(kept.days_off),
        shared=kept.shared,
        link_on=link_on,
        left_out=kept.left_out,
        weeks=rules.split_own_weeks(kept, today),
        blocks=_plan(context, kept, quiet),
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
    mine, monday = _kept(_known(context, scope)), monday_of(context.now.date())
    at = rules.say_quiet(quiet, monday, "UTC")
    here = rules.say_quiet(quiet, monday, mine.zone) if mine else at
    return rules.QuietWindow(at, here, people)


def feed(context: Context, scope: Scope, inputs: NoInputs) -> rules.Feed:
    """The viewer's blocks and their team's quiet window; empty before they brought a calendar."""
    kept, monday = _kept(_known(context, scope)), monday_of(context.now.date())
    if kept is None:
        return rules.Feed(rules.write_feed((), (), scope.viewer, monday))
    quiet, _ = _find_quiet(context, scope)
    windows = rules.place_quiet(quiet, monday, 2) if quiet else ()
    blocks = _plan(context, kept, quiet)
    return rules.Feed(rules.write_feed(blocks, windows, scope.viewer, kept.brought_on))


def _plan(context: Context, kept: Kept, quiet: Quiet | None) -> tuple[rules.KeptFree, ...]:
    """A few blocks of this week and the next, those that are over left out."""
    today = context.now.date()
    days = _working_days(today)
    free = find_free(rules.times_of(kept), rules.busy_of(kept), days, kept.zone)
    # of days it does not tell nobody knows, and those before it was brought are over
    free[[not kept.brought_on <= day < kept.until_on for day in days]] = False
    own = rules.turn_quiet(quiet, monday_of(today), kept.zone) if quiet else None
    return rules.say_blocks(kept, days, plan(free[np.newaxis], quiet=own), context.now)


def _find_quiet(context: Context, scope: Scope) -> tuple[Quiet | None, int]:
    """The window in which most who share are free, in UTC, and how many share."""
    days = _working_days(context.now.date())
    shared = []
    for stream in context.journal.streams(calendars.STREAMS):
        known = context.journal.fold(stream, calendars.CALENDAR)
        if "shared" in known:
            kept = calendars.read_kept(known["shared"], known["shared"]["on"])
            if kept.until_on > days[-1]:
                times, busy = rules.times_of(kept), rules.busy_of(kept)
                shared.append(find_free(times, busy, days, "UTC"))
    if len(shared) < scope.floor:
        return None, len(shared)
    return find_quiet(np.stack(shared)), len(shared)


def _known(context: Context, scope: Scope) -> Mapping[str, Mapping[str, Any]]:
    return context.journal.fold(_stream(scope), calendars.CALENDAR)


def _kept(known: Mapping[str, Mapping[str, Any]]) -> Kept | None:
    """The calendar that was brought last."""
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
