"""Calendars as the journal holds them: private to their owner, and what of one they share.

A calendar is its owner's, so it is words of theirs and erased with them. Below the practice
`focus_time`, because workload and one-on-ones may ask their owner's own questions of it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry
from groundplan.records.vault import digest_of
from groundplan.terms.period import monday_of

STREAMS: Final = "calendars/"
BROUGHT: Final = "focus_time.brought"
SHARED: Final = "focus_time.shared"
UNSHARED: Final = "focus_time.unshared"
LINKED: Final = "focus_time.linked"
UNLINKED: Final = "focus_time.unlinked"
COUNTED: Final = "focus_time.counted"
KINDS: Final = (BROUGHT, SHARED, UNSHARED, LINKED, UNLINKED, COUNTED)


@dataclass(frozen=True, slots=True)
class Kept:
    """A calendar as its owner keeps it. until_on: the first day of which it tells nothing.

    spans: start and end [minutes since 1970], and 1 for a meeting. opens, closes: minutes of a day.
    shared: whether busy times count for the team's window; counts: and weeks for its numbers.
    """

    zone: str
    opens: int
    closes: int
    days_off: frozenset[date]
    since_on: date
    until_on: date
    brought_on: date
    spans: tuple[tuple[int, int, int], ...]
    left_out: int
    shared: bool = False
    counts: bool = False


def read_kept(body: Mapping[str, Any], on: date) -> Kept:
    """A calendar from an entry's body."""
    return Kept(
        zone=body["zone"],
        opens=body["opens"],
        closes=body["closes"],
        days_off=frozenset(date.fromisoformat(day) for day in body["days_off"]),
        since_on=date.fromisoformat(body["since_on"]),
        until_on=date.fromisoformat(body["until_on"]),
        brought_on=on,
        spans=tuple((start, end, meets) for start, end, meets in body["spans"]),
        left_out=body["left_out"],
    )


def write_shared(brought: Mapping[str, Any], today: date, counts_from: str) -> dict[str, Any]:
    """What of a calendar the team's window needs: busy times to come, and nothing of what for.

    counts_from: the first day of which weeks count for the team's numbers; "" if none does.
    """
    from_minute = int(datetime.combine(monday_of(today), time(), UTC).timestamp()) // 60
    kept = {name: value for name, value in brought.items() if name != "on"}
    spans = [(start, end, 0) for start, end, _ in brought["spans"] if end > from_minute]
    on = str(monday_of(today))
    return {**kept, "since_on": on, "spans": spans, "left_out": 0, "counts_from": counts_from}


def first_counted(known: Mapping[str, Mapping[str, Any]], today: date) -> date:
    """From which day on weeks count of whoever shares now: as far back as the calendar was brought.

    After having taken it back, from this week on: a past that came later could be told from what
    the team's numbers were without it.
    """
    if "shared_before" in known:
        return monday_of(today)
    return date.fromisoformat(known["brought"]["since_on"])


def not_yet_counted(known: Mapping[str, Mapping[str, Any]]) -> date | None:
    """From which day on the weeks of a calendar were not told yet; None if none may be."""
    told = known.get("shared", {}).get("counts_from")
    if not told:
        return None
    last = known["counted"]["weeks"][-1][0] if "counted" in known else ""
    after = date.fromisoformat(last) + timedelta(weeks=1) if last else date.min
    return max(date.fromisoformat(told), after)


def fits(known: Mapping[str, Mapping[str, Any]], ticket: str) -> bool:
    """Whether a link's secret is the one that works now; of the secret only a digest is kept."""
    digest = str(known.get("linked", {}).get("digest", ""))
    return hmac.compare_digest(digest, digest_of(ticket))


_TOLD: Final = {BROUGHT: "brought", SHARED: "shared", LINKED: "linked", COUNTED: "counted"}
_TAKEN_BACK: Final = {UNSHARED: "shared", UNLINKED: "linked"}


def step(kept: Mapping[str, Mapping[str, Any]], entry: Entry) -> Mapping[str, Mapping[str, Any]]:
    """What is known of one calendar: what its owner brought, what of it they share, their link.

    What was taken back leaves nothing but that it was there, as `shared_before`.
    """
    if entry.kind in _TOLD:
        return {**kept, _TOLD[entry.kind]: {**entry.body, "on": entry.at.date()}}
    gone = _TAKEN_BACK.get(entry.kind, "")
    left = {name: value for name, value in kept.items() if name != gone}
    return {**left, f"{gone}_before": {"on": entry.at.date()}} if gone in kept else left


NOTHING: Mapping[str, Mapping[str, Any]] = {}
CALENDAR: Final = Fold("calendar", NOTHING, step)
