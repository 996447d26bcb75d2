"""Work that is typed here becomes the same items as a tracker's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from groundplan.bootstrap.typed_work import TypedWork
from groundplan.facts.erasure import Mask
from groundplan.facts.work import ITEM_EVENTS
from groundplan.records.journal import Journal, Visibility
from groundplan.records.opening import open_journal
from groundplan.sources.journal.shape import shape_work
from groundplan.terms.errors import SourceBroken
from tests.items import Tracker
from tests.journals import NOON, saying


class Clock:
    """A day passes whenever somebody looks."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(days=1)
        return self.now


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = open_journal(tmp_path / "journal.sqlite", Clock())
    yield opened
    opened.close()


def say(journal: Journal, item: str, kind: str, **body: Any) -> None:
    stream = f"work/{item}"
    journal.append(saying(body, stream, kind=kind), expected=journal.version(stream))


def day(nr: int) -> datetime:
    return (NOON + timedelta(days=nr)).replace(tzinfo=None)


def test_typed_work_becomes_items(journal: Journal, tmp_path: Path) -> None:
    ann = {"name": "Ann Example", "email": "ann@example.com"}
    say(journal, "1", "work.added", title="Paint the door", assignee=ann, labels=["ui", "door"],
        estimate={"low_days": 2, "high_days": 5})  # fmt: skip
    say(journal, "1", "work.started")
    say(journal, "2", "work.added", title="Research hinges", parent="1", at="2026-01-02T10:00:00")
    say(journal, "1", "work.done")
    say(journal, "1", "work.reopened")
    say(journal, "1", "work.done", at="2026-01-12T10:00:00+02:00")
    say(journal, "1", "work.changed", title="Paint it", labels="", assignee=None, priority="P1")
    say(journal, "2", "work.dropped", reason="no need")
    events = shape_work(journal.read_all())
    with Tracker(tmp_path).mart(events) as mart:
        found = mart.rows(
            "select source, item_id, title, class, created_at, started_at, done_at, dropped_at, "
            "reopened, stage, priority, parent_id, labels, low_days, high_days, person_id "
            "from items order by item_id"
        )
    assert found == [
        ("journal", "1", "Paint it", "unknown", day(1), day(2), datetime(2026, 1, 12, 8), None, 1,
         "done", "P1", None, None, 2.0, 5.0, None),
        ("journal", "2", "Research hinges", "research", datetime(2026, 1, 2, 10), None, None,
         day(8), 0, "dropped", None, "1", None, None, None, None),
    ]  # fmt: skip


def test_private_erased_and_other_entries_stay_out(journal: Journal) -> None:
    say(journal, "1", "work.added", title="Seen")
    journal.append(
        saying({"title": "Mine"}, "work/2", kind="work.added", visibility=Visibility.PRIVATE),
        expected=0,
    )
    journal.append(saying({"title": "Gone"}, "work/3", kind="work.added", by="ben"), expected=0)
    say(journal, "1", "work.weighed", stone=3)
    say(journal, "1", "identities.decided")
    journal.append(saying({"title": "Elsewhere"}, "demo", kind="work.added"), expected=0)
    journal.erase("ben", by="ann")
    events = shape_work(journal.read_all())
    assert set(events) == set(ITEM_EVENTS.column_names)
    assert set(events["item_id"].tolist()) == {"1"}
    assert "Seen" in events["value"].tolist()


@pytest.mark.parametrize(
    "body",
    [{"title": 3}, {"class": "magic"}, {"estimate": {"low_days": 3, "high_days": 2}},
     {"at": "soon"}, {"estimate": {"low_days": 3}}, {"assignee": "Ann"}],
)  # fmt: skip
def test_an_entry_that_nobody_can_have_said_is_named(
    journal: Journal, body: dict[str, Any]
) -> None:
    say(journal, "7", "work.added", **body)
    with pytest.raises(SourceBroken, match="work/7"):
        shape_work(journal.read_all())


def test_typed_work_is_followed_and_forgotten_with_its_words(journal: Journal) -> None:
    typed, nobody = TypedWork(journal, lambda: NOON), Mask("", {})
    assert (typed.mark(), typed.said(nobody).events) == ("", None)
    say(journal, "1", "work.added", title="Seen")
    first = typed.mark()
    journal.append(saying({}, "demo"), expected=0)
    assert typed.mark() == first
    journal.append(saying({"title": "Gone"}, "work/3", kind="work.added", by="ben"), expected=0)
    assert typed.mark() != first
    journal.erase("ben", by="ann")
    events = typed.said(nobody).events
    assert events is not None
    assert set(events["item_id"].tolist()) == {"1"}
