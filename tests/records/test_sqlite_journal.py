"""The journal on a real SQLite file: nothing lost, nothing rewritten, everything told apart."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.records.chain import MOST_BODY_BYTES
from groundplan.records.sqlite import SQLiteJournal
from groundplan.terms.errors import BadInput, Refused
from tests.journals import NOON, say


def test_what_is_appended_is_read_in_order_by_whoever_opens_the_file(
    journal: SQLiteJournal, path: Path
) -> None:
    said = [say(journal, 0), say(journal, 0, "other"), say(journal, 1)]
    assert [(e.seq, e.stream, e.version) for e in said] == [
        (1, "demo", 1),
        (2, "other", 1),
        (3, "demo", 2),
    ]
    again = SQLiteJournal(path, lambda: NOON)
    assert list(again.read("demo")) == [said[0], said[2]]
    assert list(again.read("demo", after=1)) == [said[2]]
    assert list(again.read("nothing")) == []
    assert (said[0].at, said[0].by, said[0].kind, said[0].body) == (NOON, "ann", "noted", {"n": 0})
    assert again.verify() is None
    again.close()


def test_a_writer_who_is_late_is_told_the_version_found(journal: SQLiteJournal) -> None:
    say(journal, 0)
    with pytest.raises(Refused, match="expected version 0, found 1"):
        say(journal, 0)
    with pytest.raises(Refused, match="expected version 5, found 1"):
        say(journal, 5)
    assert len(journal.read("demo")) == 1


def test_a_request_under_a_key_is_written_once(journal: SQLiteJournal) -> None:
    first = say(journal, 0, key="request-1")
    assert say(journal, 0, key="request-1") == first
    assert journal.append("demo", "noted", {"n": 0}, by="ann", expected=9, key="request-1") == first
    with pytest.raises(Refused, match="used for another entry"):
        journal.append("demo", "noted", {"n": 7}, by="ann", expected=1, key="request-1")
    say(journal, 0, "other", key="request-1")
    assert len(journal.read("demo")) == 1


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner)
    ),
    max_leaves=12,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.dictionaries(st.text("abcß\x00\n", max_size=5), json_values))
def test_a_body_comes_back_as_it_was_said(journal: SQLiteJournal, body: dict[str, Any]) -> None:
    count = len(journal.read("bodies"))
    entry = journal.append("bodies", "noted", body, by="ann", expected=count)
    assert entry.body == body
    assert journal.read("bodies", after=count)[0] == entry
    assert journal.verify() is None


@pytest.mark.parametrize(
    "body",
    [
        {"x": float("nan")},
        {"x": float("inf")},
        {1: "number as key"},
        {"x": {None: 1}},
        {"x": {"y": object()}},
        {"x": "\ud800"},
        {"x": "y" * MOST_BODY_BYTES},
    ],
)
def test_a_body_that_has_no_json_text_is_refused(
    journal: SQLiteJournal, body: dict[Any, Any]
) -> None:
    with pytest.raises(BadInput, match=r"^body: "):
        journal.append("demo", "noted", body, by="ann", expected=0)
    assert not journal.read("demo")


@pytest.mark.parametrize("name", ["", " demo", "de\nmo", "x" * 201, "a\x00b"])
@pytest.mark.parametrize("field", ["stream", "kind", "by", "key"])
def test_names_are_checked_by_field(journal: SQLiteJournal, field: str, name: str) -> None:
    given_ = {"stream": "demo", "kind": "noted", "by": "ann", "key": "k"} | {field: name}
    with pytest.raises(BadInput, match=rf"^{field}: "):
        journal.append(body={}, expected=0, **given_)


def test_times_are_kept_in_utc_and_a_clock_without_zone_is_refused(path: Path) -> None:
    east = timezone(timedelta(hours=2))
    at = iter(
        [datetime(2026, 1, 5, 14, tzinfo=east), NOON - timedelta(days=1), datetime(2026, 1, 1)]
    )
    journal = SQLiteJournal(path, lambda: next(at))
    assert say(journal, 0).at == NOON
    assert say(journal, 1).at < NOON  # a clock that goes back changes no order
    with pytest.raises(BadInput, match="clock"):
        say(journal, 2)
    assert [e.version for e in journal.read("demo")] == [1, 2]
    journal.close()


TAMPERINGS = [
    ("update entry set body = '{\"n\":99}' where seq = 2", 2, "words"),
    ("update entry set by = 'ben' where seq = 2", 2, "words"),
    ("update entry set at = '2020-01-01T00:00:00+00:00' where seq = 3", 3, "digest"),
    ("update entry set kind = 'other' where seq = 3", 3, "digest"),
    ("update entry set body = '{\"n\":9}', salt = null where seq = 2", 2, "words"),
    ("delete from entry where seq = 2", 3, "missing"),
    ("delete from entry where seq = 4", 4, "removed"),
    ("delete from entry", 1, "removed"),
    (
        "update entry set version = 9 where seq = 1; update entry set version = 1 where seq = 3;"
        "update entry set version = 2 where seq = 1",
        1,
        "missing",
    ),
    ("update entry set stream = 'demo', version = 4 where seq = 2", 2, "missing"),
]


@pytest.mark.parametrize(("tampering", "seq", "reason"), TAMPERINGS)
def test_tampering_shows_and_the_first_broken_entry_is_named(
    journal: SQLiteJournal, path: Path, tampering: str, seq: int, reason: str
) -> None:
    say(journal, 0)
    say(journal, 0, "other")
    say(journal, 1)
    say(journal, 2)
    with sqlite3.connect(path) as raw:
        raw.executescript(tampering)
    broken = journal.verify()
    assert broken is not None
    assert broken.seq == seq
    assert reason in broken.reason


def test_an_erased_entry_keeps_the_chain_whole(journal: SQLiteJournal, path: Path) -> None:
    say(journal, 0)
    say(journal, 1)
    with sqlite3.connect(path) as raw:
        raw.execute("update entry set body = null, by = null, salt = null where seq = 1")
    assert journal.verify() is None


def test_two_threads_and_two_openers_append_without_loss(path: Path) -> None:
    journals = [SQLiteJournal(path, lambda: NOON) for _ in range(2)]
    refused: list[int] = []

    def work(journal: SQLiteJournal) -> None:
        done = 0
        while done < 25:
            try:
                say(journal, len(journal.read("demo")))
                done += 1
            except Refused:
                refused.append(1)

    threads = [threading.Thread(target=work, args=(j,)) for j in (*journals, *journals)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.body["n"] for e in journals[0].read("demo")] == list(range(100))
    assert journals[1].verify() is None
    for journal in journals:
        journal.close()


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from groundplan.records.sqlite import SQLiteJournal

journal = SQLiteJournal(Path(sys.argv[1]), lambda: datetime(2026, 1, 5, tzinfo=UTC))
number = len(journal.read("demo"))
while True:
    journal.append("demo", "noted", {"n": number, "text": "x" * 500}, by="ann", expected=number)
    print(number, flush=True)
    number += 1
"""


def test_what_was_acknowledged_survives_a_kill(path: Path) -> None:
    acknowledged = -1
    for round_ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        for _ in range(3 + 5 * round_):
            acknowledged = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split()
        acknowledged = int(rest[-1]) if rest else acknowledged
        writer.wait()
    journal = SQLiteJournal(path, lambda: NOON)
    numbers = [entry.body["n"] for entry in journal.read("demo")]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > acknowledged
    assert journal.verify() is None
    journal.close()


def test_the_text_kept_is_canonical(journal: SQLiteJournal, path: Path) -> None:
    journal.append("demo", "noted", {"b": 1, "a": [True, "ß"]}, by="ann", expected=0)
    with sqlite3.connect(path) as raw:
        text = raw.execute("select body from entry").fetchone()[0]
    assert text == '{"a":[true,"ß"],"b":1}'
    assert json.loads(text) == journal.read("demo")[0].body
