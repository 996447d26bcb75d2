"""The use cases of focus time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import numpy as np

from groundplan.inference.focus import Quiet, find_quiet, plan
from groundplan.inference.working_time import find_free
from groundplan.practices.focus_time import rules
from groundplan.practices.focus_time.rules import Said
from groundplan.records import calendars
from groundplan.records.calendars import Kept
from groundplan.records.journal import Visibility
from groundplan.records.vault import digest_of, mint
from groundplan.sources.ics.brought import busy_of, list_over, read_brought, times_of
from groundplan.sources.ics.hours import read_working_time, say_clock, say_days_off
from groundplan.terms.errors import NotFound
from groundplan.terms.estimate import Unknown
from groundplan.terms.period import monday_of
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, NoInputs

_NO_CALENDAR = "Bring your calendar first: focus_time.bring."


def bring(context: Context, scope: Scope, inputs: rules.BringInputs) -> Said:
    """Keep when the viewer is busy, for themselves alone; no titles, places or other people.

    If they share it, the team's window follows, and weeks that are over by now count.
    """
    stream = _stream(scope)
    version = context.journal.version(stream)
    times = read_working_time(inputs.zone, inputs.opens, inputs.closes, inputs.days_off)
    found = read_brought(inputs.calendar, inputs.address, times, context.now.date())
    context.journal.append(
        stream, calendars.BROUGHT, found.body, expected=version, visibility=Visibility.PRIVATE
    )
    before = _known(context, scope).get("shared")
    if before is not None:
        _share(context, stream, before.get("counts_from", ""))
    says = f"{len(found.body['spans'])} busy times are kept, for you alone."
    return Said(says, found.left_out[:20])


def share(context: Context, scope: Scope, inputs: NoInputs) -> Said:
    """Let the viewer's busy times and weeks count for the team, from now on."""
    stream = _stream(scope)
    version = context.journal.version(stream)
    known = context.journal.fold(stream, calendars.CALENDAR)
    if "brought" not in known:
        raise NotFound("You have not brought a calendar.", _NO_CALENDAR)
    first = calendars.first_counted(known, context.now.date())
    _share(context, stream, str(first), version)
    mine = context.roster.people.get(scope.viewer)
    unlinked = "" if mine and mine.accounts else f" Numbers know you {rules.ONCE_LINKED}."
    return Said(f"Your busy times and weeks count for your team; nobody sees them.{unlinked}")


def _share(context: Context, stream: str, first: str, version: int | None = None) -> None:
    """Say what of a calendar counts: busy times to come, and weeks that are over and new."""
    known = context.journal.fold(stream, calendars.CALENDAR)
    body = calendars.write_shared(known["brought"], context.now.date(), first)
    context.journal.append(stream, calendars.SHARED, body, expected=version)
    since = calendars.not_yet_counted(context.journal.fold(stream, calendars.CALENDAR))
    kept = calendars.read_kept(known["brought"], context.now.date())
    weeks = list_over(kept, since, context.now) if since else []
    if weeks:
        context.journal.append(
            stream, calendars.COUNTED, {"weeks": weeks}, visibility=Visibility.PRIVATE
        )


def unshare(context: Context, scope: Scope, inputs: NoInputs) -> Said:
    """Let nothing of the viewer's calendar count from now on."""
    stream = _stream(scope)
    version = context.journal.version(stream)
    if "shared" not in context.journal.fold(stream, calendars.CALENDAR):
        raise NotFound("You share no calendar.", "There is nothing to take back.")
    context.journal.append(stream, calendars.UNSHARED, {}, expected=version)
    return Said("Your busy times, and your weeks from this one on, count for yourself alone.")


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
        return rules.Mine(None, None, False, "", "", "", "", False, False, link_on, 0, (), ())
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
        counts=kept.counts,
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
    free = find_free(times_of(kept), busy_of(kept), days, kept.zone)
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
                times, busy = times_of(kept), busy_of(kept)
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
    counts = bool(known.get("shared", {}).get("counts_from"))
    return replace(kept, shared="shared" in known, counts=counts)


def _stream(scope: Scope) -> str:
    return f"{calendars.STREAMS}{scope.viewer}"


def _working_days(today: date) -> list[date]:
    """Monday to Friday of this week and the next."""
    first = monday_of(today)
    return [first + timedelta(days=7 * week + day) for week in range(2) for day in range(5)]
