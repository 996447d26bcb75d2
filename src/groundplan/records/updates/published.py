"""Updates as the journal holds them: drafts, a person's yes, and what partners were told.

Below the practice `updates`, because goals, reflections and one's own record read them too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

from groundplan.records.folding import Fold
from groundplan.records.goal_periods import next_month
from groundplan.records.journal import Entry
from groundplan.records.updates.lines import Sections, Statement, unpack
from groundplan.terms.errors import BadInput, NotFound
from groundplan.terms.period import Period, after_working_days

STREAM: Final = "updates"
EDITED: Final = "updates.edited"
APPROVED: Final = "updates.approved"
PUBLISHED: Final = "updates.published"
DIGESTED: Final = "updates.digested"
SUBSCRIBED: Final = "updates.subscribed"
KINDS: Final = (EDITED, APPROVED, PUBLISHED, DIGESTED, SUBSCRIBED)

DUE_WITHIN: Final = 5  # working days after a month's last day
Month: TypeAlias = str  # "2026-10"


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's yes to words as they stood; it ends when somebody edits them."""

    sections: Sections
    statements: tuple[Statement, ...]
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Update:
    """What partners were told of a month. digests: by partner, the lines that are for them.

    digest: the entry's own, which names it anywhere. record: how past statements came true, in the
    words of that day. corrects: the update of the same month that it takes the place of, or 0.
    """

    number: int
    month: Month
    team: str
    by: str
    on: date
    digest: str
    sections: Sections
    statements: tuple[Statement, ...]
    record: str
    corrects: int
    digests: Mapping[str, Sections] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Updates:
    """What was said of updates. edits, approvals: by team and month, the last ones.

    silent: who wants no e-mail.
    """

    edits: Mapping[tuple[str, Month], Sections] = field(default_factory=dict)
    approvals: Mapping[tuple[str, Month], Approval] = field(default_factory=dict)
    published: Mapping[int, Update] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()

    def of(self, team: str) -> tuple[Update, ...]:
        """A team's updates that hold, the oldest month first: a correction in place of its own."""
        last = {one.month: one for one in self.published.values() if one.team == team}
        return tuple(last[month] for month in sorted(last))


def step(known: Updates, entry: Entry) -> Updates:
    """What was said after one more entry."""
    body = entry.body
    if entry.kind == SUBSCRIBED:
        others = known.silent - {entry.owner}
        return replace(known, silent=others if body["mail"] else others | {entry.owner})
    if entry.kind == DIGESTED:
        one = known.published.get(body["number"])
        if one is None:  # it was erased
            return known
        one = replace(one, digests={**one.digests, entry.owner: unpack(body["sections"])})
        return replace(known, published={**known.published, one.number: one})
    if entry.kind == PUBLISHED:
        return replace(known, published={**known.published, entry.version: _read(entry)})
    place = (entry.team, body["month"])
    if entry.kind == EDITED:
        said = unpack(body["sections"])
        given = {at: one for at, one in known.approvals.items() if at != place}
        edits = {at: one for at, one in known.edits.items() if at != place}
        if any(said.values()):  # without a line the facts' words stand again
            edits[place] = said
        return replace(known, edits=edits, approvals=given)
    if entry.kind == APPROVED:
        words = unpack(body["sections"]), _statements(body)
        yes = Approval(*words, entry.by, entry.at.date())
        return replace(known, approvals={**known.approvals, place: yes})
    return known


def _read(entry: Entry) -> Update:
    body = entry.body
    return Update(
        number=entry.version,
        month=body["month"],
        team=entry.team,
        by=entry.by,
        on=entry.at.date(),
        digest=entry.digest,
        sections=unpack(body["sections"]),
        statements=_statements(body),
        record=body["record"],
        corrects=body["corrects"],
    )


def _statements(body: Mapping[str, Any]) -> tuple[Statement, ...]:
    return tuple(
        Statement(one["ref"], date.fromisoformat(one["by"]), one["chance"], one["forecast"])
        for one in body["statements"]
    )


def pack_statements(statements: tuple[Statement, ...]) -> list[dict[str, object]]:
    """Statements as a body of the journal."""
    return [
        {"ref": one.ref, "by": one.by.isoformat(), "chance": one.chance, "forecast": one.forecast}
        for one in statements
    ]


UPDATES: Final = Fold("updates", Updates(), step)


def month_of(day: date) -> Month:
    """The month of a day."""
    return f"{day:%Y-%m}"


def days_of(month: Month) -> Period:
    """The days of a month; BadInput for what is none."""
    try:
        first = date.fromisoformat(f"{month}-01")
        return Period(first, next_month(first))
    except ValueError:
        raise BadInput("month", month[:20], "a month as 2026-01") from None


def choose_month(known: Updates, team: str, today: date) -> Month:
    """The month that is to be told of next: the last one, or this one where that was told."""
    last = month_of(today.replace(day=1) - timedelta(days=1))
    told = {one.month for one in known.of(team)}
    return month_of(today) if last in told else last


def find_update(known: Updates, number: int) -> Update:
    """The update of that number; NotFound if there is none for the reader."""
    if number not in known.published:
        raise NotFound(f"There is no update {number}.", "updates.list shows their numbers.")
    return known.published[number]


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether a month was told in time. published_on: None while it was not."""

    month: Month
    due_on: date
    published_on: date | None
    state: str


def follow_cadence(updates: tuple[Update, ...], today: date) -> tuple[Kept, ...]:
    """Each month since a team's first update: kept, late, missed, or due; the newest first.

    updates: the first of each month counts, as a correction is no delay. Left out: the month that
    runs. A month is due five working days after its last day.
    """
    first = {one.month: one.on for one in sorted(updates, key=lambda one: -one.number)}
    months = _months(min(first, default=month_of(today)), month_of(today))
    return tuple(reversed([_judge(month, first.get(month), today) for month in months]))


def _months(first: Month, end: Month) -> Iterator[Month]:
    while first < end:
        yield first
        first = month_of(days_of(first).end_on)


def _judge(month: Month, on: date | None, today: date) -> Kept:
    last = days_of(month).end_on - timedelta(days=1)
    friday = last - timedelta(days=max(last.weekday() - 4, 0))  # a month may end on a weekend
    due = after_working_days(friday, DUE_WITHIN)
    if on is not None:
        return Kept(month, due, on, "kept" if on <= due else "late")
    return Kept(month, due, None, "due" if today <= due else "missed")
