"""Every calendar of two libraries' own tests is read or refused by line, and expanded as they do.

Set GROUNDPLAN_DATA to the folder that has `calendars`; sources and licences stand in it.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import recurring_ical_events
from icalendar import Calendar
from icalendar.timezone import tzp

from groundplan.sources.ics.lines import keep_times
from groundplan.sources.ics.shape import read_events

DATA = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data")) / "calendars"
FILES = sorted(DATA.rglob("*.ics"))
SINCE, UNTIL = datetime(2019, 1, 1, tzinfo=UTC), datetime(2021, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)

pytestmark = [
    pytest.mark.skipif(not FILES, reason="set GROUNDPLAN_DATA to read real calendars"),
    pytest.mark.filterwarnings("ignore"),
]

# What that library's tests expect: the file, from, until, occurrences.
EXPECTED = [
    ("issue_20_exdate_ignored", "2019-10-01", "2020-03-01", 7),
    ("issue_20_exdate_ignored", "2019-11-05", "2019-11-06", 0),
    ("issue_20_exdate_ignored", "2019-12-10", "2019-12-11", 1),
    ("rdate_falls_on_rrule_until", "2020-02-04", "2020-02-05", 1),
    ("rdate_hackerpublicradio", "2013-01-01", "2015-01-01", 12),
    ("rdate_hackerpublicradio", "2014-04-05", "2014-04-06", 1),
    ("rdate", "2014-07-05", "2014-07-06", 1),
    ("rdate", "2015-07-05", "2015-07-06", 0),
    ("rdate", "2025-07-05", "2025-07-06", 0),
    ("issue_62_moved_event", "2021-12-31", "2022-01-01", 0),
    ("issue_62_moved_event", "2021-12-17", "2021-12-18", 1),
    ("issue_62_moved_event", "2021-12-01", "2022-01-01", 1),
    ("issue_62_moved_event_2", "2023-08-01", "2023-09-01", 6),
    ("issue_62_moved_event_2", "2023-08-15", "2023-08-16", 0),
    ("issue_148_ignored_exdate", "2000-01-01", "2060-01-01", 2),
    ("issue_117_until_before_dtstart", "2000-01-01", "2060-01-01", 0),
]


def test_there_are_as_many_as_are_spoken_of() -> None:
    assert len(FILES) >= 290


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem[-40:])
def test_each_is_read_or_refused_by_line(path: Path) -> None:
    body = path.read_bytes()
    told = read_events(body, SINCE, UNTIL)
    lines = body.count(b"\n") + body.count(b"\r") + 1
    assert all(1 <= left.line <= lines and left.reason for left in told.rejected)
    again = read_events(keep_times(body, ()), SINCE, UNTIL)
    assert [(e.starts_at, e.ends_at, e.accepted) for e in again.events] == [
        (e.starts_at, e.ends_at, e.accepted) for e in told.events
    ]
    assert again.rejected == told.rejected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem[-40:])
def test_series_are_expanded_as_the_library_expands_the_whole_file(path: Path) -> None:
    body = path.read_bytes()
    told = read_events(body, SINCE, UNTIL)
    tzp.use_default()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            whole = [c for c in Calendar.from_ical(body, multiple=True) if isinstance(c, Calendar)]
            found = [
                one
                for calendar in whole
                for one in recurring_ical_events.of(calendar, skip_bad_series=True).between(
                    SINCE - DAY, UNTIL + DAY
                )
            ]
        except (ValueError, KeyError, AttributeError, TypeError, IndexError):
            pytest.skip("the library reads none of it")
    if not whole:
        pytest.skip("no calendar: the library expands calendars only")
    want = Counter(
        (start, max(start, end))
        for start, end in ((moment(one.start), moment(one.end)) for one in found)
        if SINCE <= start < UNTIL
    )
    assert Counter((e.starts_at, e.ends_at) for e in told.events) == want


@pytest.mark.parametrize(("name", "since", "until", "count"), EXPECTED)
def test_expansion_agrees_with_the_librarys_own_expected_results(
    name: str, since: str, until: str, count: int
) -> None:
    (path,) = (path for path in FILES if path.stem.endswith(f"calendars__{name}"))
    between = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (since, until)]
    assert len(read_events(path.read_bytes(), between[0], between[1]).events) == count


def moment(at: object) -> datetime:
    if not isinstance(at, datetime):
        return datetime.fromisoformat(f"{at}T00:00:00+00:00")
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
