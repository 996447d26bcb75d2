"""The journal's contract on every engine: nothing lost or rewritten, everything told apart."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.records.chain import MOST_BODY_BYTES
from groundplan.records.chained import ChainedJournal
from groundplan.records.journal import Visibility
from groundplan.terms.errors import BadInput, Conflict, Refused, SourceBroken
from tests.journals import NOON, say, saying
from tests.records.places import Place


def test_what_is_appended_is_read_in_order_by_whoever_opens_the_place(place: Place) -> None:
    journal = place.open()
    said = [say(journal, 0), say(journal, 0, "other"), say(journal, 1)]
    assert [(e.seq, e.stream, e.version) for e in said] == [
        (1, "demo", 1),
        (2, "other", 1),
        (3, "demo", 2),
    ]
    again = place.open()
    assert list(again.read("demo")) == [said[0], said[2]]
    assert list(again.read("demo", after=1)) == [said[2]]
    assert list(again.read("nothing")) == []
    assert list(again.read_all()) == said
    assert list(again.read_all(after=1, most=1)) == [said[1]]
    assert again.verify() is None


def test_an_entry_has_all_that_was_said(place: Place) -> None:
    journal = place.open()
    said = saying(
        {"n": 1}, "promises/p1", kind="promises.made", by="ann", owner="ben", team="t1",
        visibility=Visibility.PRIVATE, form=3,
    )  # fmt: skip
    entry = journal.append(said, expected=0)
    assert place.open().read("promises/p1") == [entry]
    told = (entry.kind, entry.form, entry.by, entry.owner, entry.team, entry.visibility, entry.body)
    assert told == ("promises.made", 3, "ann", "ben", "t1", Visibility.PRIVATE, {"n": 1})
    assert (entry.at, entry.erased) == (NOON, False)
    assert isinstance(entry.visibility, Visibility)


def test_streams_and_versions(journal: ChainedJournal) -> None:
    names = ["p/b", "p/a", "p", "P/c", "q/é", "p/\U0001f600", "p-x", "p/z"]
    for name in names:
        say(journal, 0, name)
    say(journal, 1, "p/a")
    assert list(journal.streams()) == sorted(names)
    assert list(journal.streams("p/")) == ["p/a", "p/b", "p/z", "p/\U0001f600"]
    assert list(journal.streams("none")) == []
    assert [journal.version(name) for name in ("p/a", "p/b", "none")] == [2, 1, 0]


def test_news_are_what_is_read_and_the_erasures_of_that_moment(journal: ChainedJournal) -> None:
    assert journal.news("demo", 0) == (0, [])
    say(journal, 0)
    say(journal, 1, by="ben")
    assert journal.news("demo", 0) == (0, journal.read("demo"))
    assert journal.news("demo", 1) == (0, journal.read("demo", 1))
    journal.erase("ben", by="cas")
    assert journal.news("demo", 0) == (1, journal.read("demo"))
    assert journal.news("demo", 2) == (1, [])
    assert journal.news("erasures", 0) == (1, journal.read("erasures"))


def test_a_writer_who_is_late_is_told_the_version_found(journal: ChainedJournal) -> None:
    say(journal, 0)
    with pytest.raises(Conflict, match="expected version 0, found 1"):
        say(journal, 0)
    with pytest.raises(Conflict, match="expected version 5, found 1"):
        say(journal, 5)
    assert len(journal.read("demo")) == 1


def test_a_request_under_a_key_is_written_once(journal: ChainedJournal) -> None:
    first = say(journal, 0, key="request-1")
    assert say(journal, 0, key="request-1") == first
    assert journal.append(saying({"n": 0}), expected=9, key="request-1") == first
    other = say(journal, 0, "other", key="request-1")
    assert journal.find("request-1") == first
    assert journal.find("request-2") is None
    assert journal.read_all() == [first, other]


@pytest.mark.parametrize(
    "change",
    [
        {"body": {"n": 7}},
        {"kind": "other"},
        {"by": "ben"},
        {"owner": "ben"},
        {"team": "t1"},
        {"visibility": Visibility.PRIVATE},
        {"form": 2},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_key_cannot_be_used_for_something_else(
    journal: ChainedJournal, change: dict[str, Any]
) -> None:
    say(journal, 0, key="request-1")
    with pytest.raises(Refused, match="used for another entry"):
        journal.append(replace(saying({"n": 0}), **change), expected=1, key="request-1")
    assert journal.version("demo") == 1


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
def test_a_body_comes_back_as_it_was_said(journal: ChainedJournal, body: dict[str, Any]) -> None:
    count = journal.version("bodies")
    entry = journal.append(saying(body, "bodies"), expected=count)
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
        ["a list"],
    ],
)
def test_a_body_that_has_no_json_text_is_refused(journal: ChainedJournal, body: Any) -> None:
    with pytest.raises(BadInput, match=r"^body: "):
        journal.append(saying(body), expected=0)
    assert not journal.read("demo")


@pytest.mark.parametrize("name", ["", " demo", "de\nmo", "x" * 201, "a\x00b", "\u202eabc", 7])
@pytest.mark.parametrize("field", ["stream", "kind", "by", "owner", "team", "key"])
def test_names_are_checked_by_field(journal: ChainedJournal, field: str, name: str) -> None:
    fields = {} if field == "key" else {field: name}
    key = name if field == "key" else None
    if (field, name) == ("team", ""):
        assert journal.append(replace(saying(), **fields), expected=0).team == ""
        return
    with pytest.raises(BadInput, match=rf"^{field}: "):
        journal.append(replace(saying(), **fields), expected=0, key=key)
    assert not journal.read_all()


@pytest.mark.parametrize(
    ("field", "value"),
    [("visibility", "all"), ("form", 0), ("form", 10**30), ("form", True), ("form", 1.0)],
)
def test_visibility_and_form_are_checked(
    journal: ChainedJournal, field: str, value: object
) -> None:
    with pytest.raises(BadInput, match=rf"^{field}: "):
        journal.append(replace(saying(), **{field: value}), expected=0)


def test_times_are_in_utc_never_run_backwards_and_need_a_zone(place: Place) -> None:
    east = timezone(timedelta(hours=2))
    times = iter(
        [
            datetime(2026, 1, 5, 14, tzinfo=east),
            NOON - timedelta(days=1),
            datetime(2026, 1, 1),
            NOON + timedelta(microseconds=1),
        ]
    )
    journal = place.open(lambda: next(times))
    assert say(journal, 0).at == NOON
    assert say(journal, 0, "other").at == NOON  # the clock went back a day
    with pytest.raises(BadInput, match="clock"):
        say(journal, 1)
    assert say(journal, 1).at == NOON + timedelta(microseconds=1)
    assert [e.version for e in journal.read("demo")] == [1, 2]


TAMPERINGS = [
    (["update {e} set body = '{{\"n\":99}}' where seq = 2"], 2, "words"),
    (["update {e} set by = 'ben' where seq = 2"], 2, "words"),
    (["update {e} set owner = 'ben' where seq = 2"], 2, "words"),
    (["update {e} set key = 'k' where seq = 2"], 2, "words"),
    (["update {e} set body = '{{\"n\":9}}', salt = null where seq = 2"], 2, "words"),
    (["update {e} set at = '2020-01-01T00:00:00+00:00' where seq = 3"], 3, "digest"),
    (["update {e} set kind = 'other' where seq = 3"], 3, "digest"),
    (["update {e} set team = 'other' where seq = 3"], 3, "digest"),
    (["update {e} set visibility = 'partners' where seq = 3"], 3, "digest"),
    (["update {e} set form = 2 where seq = 3"], 3, "digest"),
    (["update {e} set words = digest where seq = 3"], 3, "words"),
    (["delete from {e} where seq = 2"], 3, "missing"),
    (["delete from {e} where seq = 4"], 4, "removed"),
    (["delete from {e}"], 1, "removed"),
    (["update {e} set stream = 'demo', version = 4 where seq = 2"], 2, "missing"),
    (
        [
            "update {e} set version = 9 where seq = 1",
            "update {e} set version = 1 where seq = 3",
            "update {e} set version = 2 where seq = 1",
        ],
        1,
        "missing",
    ),
    (["update groundplan_journal set entries = 3"], 4, "added"),
]


@pytest.mark.parametrize(("tampering", "seq", "reason"), TAMPERINGS)
def test_tampering_shows_and_the_first_broken_entry_is_named(
    place: Place, tampering: list[str], seq: int, reason: str
) -> None:
    journal = place.open()
    say(journal, 0)
    say(journal, 0, "other")
    say(journal, 1)
    say(journal, 2)
    assert journal.verify() is None
    place.tamper(*(text.format(e="groundplan_entry") for text in tampering))
    broken = journal.verify()
    assert broken is not None
    assert broken.seq == seq
    assert reason in broken.reason


@pytest.mark.parametrize(
    "change", ["body = '[1]'", "body = 'x'", "at = 'noon'", "visibility = 'all'"]
)
def test_an_entry_that_cannot_be_read_is_named(place: Place, change: str) -> None:
    journal = place.open()
    say(journal, 0)
    place.tamper(f"update groundplan_entry set {change} where seq = 1")
    with pytest.raises(SourceBroken, match=r"entry 1 \(demo, version 1\) cannot be read"):
        journal.read("demo")


def test_many_writers_append_without_loss(place: Place) -> None:
    journals = [place.open() for _ in range(2)]
    conflicts: list[int] = []

    def work(journal: ChainedJournal) -> None:
        done = 0
        while done < 20:
            try:
                say(journal, journal.version("demo"))
                done += 1
            except Conflict:
                conflicts.append(1)

    threads = [threading.Thread(target=work, args=(j,)) for j in (*journals, *journals)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.body["n"] for e in journals[0].read("demo")] == list(range(80))
    assert journals[1].verify() is None


def test_a_request_repeated_by_many_at_once_is_written_once(place: Place) -> None:
    journals = [place.open() for _ in range(2)]
    answers = []
    gate = threading.Barrier(8)

    def ask(journal: ChainedJournal) -> None:
        gate.wait()
        answers.append(say(journal, 0, key="request-1"))

    threads = [threading.Thread(target=ask, args=(journals[nr % 2],)) for nr in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert [answers[0]] * 8 == answers
    assert len(journals[0].read_all()) == 1


def test_the_text_kept_is_canonical(place: Place) -> None:
    journal = place.open()
    journal.append(saying({"b": 1, "a": [True, "ß"]}), expected=0)
    text = place.tamper("select body from groundplan_entry")[0][0]
    assert text == '{"a":[true,"ß"],"b":1}'
    assert json.loads(text) == journal.read("demo")[0].body


def test_a_closed_journal_says_so(place: Place) -> None:
    journal = place.open()
    journal.close()
    with pytest.raises(Refused, match="closed"):
        journal.read("demo")
    with pytest.raises(Refused, match="closed"):
        say(journal, 0)
