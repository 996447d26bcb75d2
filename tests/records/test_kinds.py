"""Old bodies are read in today's form; bodies from the future are refused."""

from __future__ import annotations

from typing import Any

import pytest

from groundplan.records.chained import ChainedJournal
from groundplan.records.folding import Fold, Folds
from groundplan.records.kinds import EntryKind, upcast
from groundplan.terms.errors import Refused, SourceBroken
from tests.journals import saying

MADE = EntryKind(
    "promises.made",
    3,
    {
        1: lambda body: {"low": body["days"], "high": body["days"]},
        2: lambda body: {**body, "odds": 0.8},
    },
)
KINDS = {MADE.name: MADE}


def said(journal: ChainedJournal, form: int, body: dict[str, Any]) -> None:
    journal.append(saying(body, kind=MADE.name, form=form), expected=journal.version("demo"))


def test_every_old_form_is_read_in_todays(journal: ChainedJournal) -> None:
    said(journal, 1, {"days": 2})
    said(journal, 2, {"low": 1, "high": 3})
    said(journal, 3, {"low": 1, "high": 3, "odds": 0.5})
    before = journal.read("demo")
    read = [upcast(entry, KINDS) for entry in before]
    assert [entry.body for entry in read] == [
        {"low": 2, "high": 2, "odds": 0.8},
        {"low": 1, "high": 3, "odds": 0.8},
        {"low": 1, "high": 3, "odds": 0.5},
    ]
    assert {entry.form for entry in read} == {3}
    assert [entry.digest for entry in read] == [entry.digest for entry in before]
    assert [entry.body for entry in journal.read("demo")] == [entry.body for entry in before]
    assert journal.verify() is None


def test_a_form_from_the_future_is_refused(journal: ChainedJournal) -> None:
    said(journal, 4, {"from": "later"})
    with pytest.raises(
        Refused, match=r"promises\.made in form 4, this one reads up to 3"
    ) as caught:
        upcast(journal.read("demo")[0], KINDS)
    assert "Update Groundplan" in caught.value.hint


def test_a_body_that_its_upcaster_cannot_read_is_named(journal: ChainedJournal) -> None:
    said(journal, 1, {"weeks": 2})
    with pytest.raises(SourceBroken, match=r"entry 1 of 'demo' is no promises\.made of form 1"):
        upcast(journal.read("demo")[0], KINDS)


def test_what_is_erased_or_of_another_kind_stays_as_it_is(journal: ChainedJournal) -> None:
    said(journal, 1, {"days": 2})
    journal.erase("ann", by="cas")
    erased, unknown = journal.read("demo")[0], journal.read("erasures")[0]
    assert upcast(erased, KINDS) is erased
    assert upcast(unknown, KINDS) is unknown


def test_a_kind_names_an_upcaster_for_every_old_form() -> None:
    with pytest.raises(ValueError, match="no upcaster from form 2"):
        EntryKind("promises.made", 4, {1: dict, 3: dict})


def test_a_fold_sees_todays_form(journal: ChainedJournal) -> None:
    said(journal, 1, {"days": 2})
    said(journal, 2, {"low": 1, "high": 3})
    odds: Fold[float] = Fold("odds", 0.0, lambda state, entry: state + entry.body["odds"])
    total = Folds(journal).fold("demo", odds, sees=lambda entry: upcast(entry, KINDS))
    assert total == pytest.approx(1.6)
