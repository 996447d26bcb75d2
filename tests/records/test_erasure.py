"""Erasure: a person's words are gone, from the disk too, and the chain still holds."""

from __future__ import annotations

import pytest

from groundplan.records.journal import Visibility
from groundplan.terms.errors import BadInput
from tests.journals import say, saying
from tests.records.places import Place

SECRET = "a-sentence-that-nobody-else-would-say"


def test_what_a_person_said_or_owns_is_erased_and_nothing_else(place: Place) -> None:
    journal = place.open()
    kept = say(journal, 0, by="ben")
    journal.append(saying({"x": SECRET}, by="ann", owner="ben", team="t1"), expected=1)
    journal.append(saying({"x": SECRET}, by="ben", owner="ann"), expected=2, key=SECRET)
    private = saying({"x": 1}, "own", by="ann", visibility=Visibility.PRIVATE)
    journal.append(private, expected=0)
    before = journal.read_all()
    assert journal.erase("ann", by="cas") == 3
    after = place.open().read_all()
    assert after[0] == kept
    assert [entry.erased for entry in after] == [False, True, True, True, False]
    for old, new in zip(before[1:], after[1:4], strict=True):
        assert (new.by, new.owner, new.body) == ("", "", {})
        same = ("seq", "stream", "version", "kind", "form", "at", "team", "visibility", "digest")
        assert [getattr(old, name) for name in same] == [getattr(new, name) for name in same]
    assert journal.find(SECRET) is None
    assert journal.verify() is None


def test_an_erasure_is_recorded_and_names_nobody_but_who_did_it(place: Place) -> None:
    journal = place.open()
    say(journal, 0, by="ann")
    journal.erase("ann", by="cas")
    journal.erase("nobody-here", by="cas")
    recorded = journal.read("erasures")
    assert [(entry.kind, entry.by, entry.owner, entry.body) for entry in recorded] == [
        ("journal.erased", "cas", "cas", {"entries": 1}),
        ("journal.erased", "cas", "cas", {"entries": 0}),
    ]
    assert [entry.seq for entry in recorded] == [2, 3]
    everything = place.tamper("select * from groundplan_entry")
    assert not any("ann" in str(row) for row in everything)


def test_nothing_of_erased_words_stays_in_the_files(place: Place) -> None:
    journal = place.open()
    for number in range(300):
        by = "ann" if number % 3 else "ben"
        body = {"x": f"{SECRET}-{by} " * 40}
        journal.append(saying(body, by=by), expected=number)

    def holding(words: str) -> list[str]:
        wanted = words.encode()
        return [path.name for path in place.files() if wanted in path.read_bytes()]

    assert holding(f"{SECRET}-ann")
    journal.erase("ann", by="cas")
    assert not holding(f"{SECRET}-ann")
    assert holding(f"{SECRET}-ben")
    assert journal.verify() is None


def test_what_others_said_of_somebody_goes_too_and_counts_once(place: Place) -> None:
    journal = place.open()
    for number, by in enumerate(("ann", "ben", "ben", "cas")):
        say(journal, number, by=by)
    assert journal.erase("ann", by="cas", about={1, 2, 4}) == 3
    assert journal.erase("ann", by="cas", about={1, 2, 4}) == 0
    erased = [entry.erased for entry in journal.read("demo")]
    assert erased == [True, True, False, True]
    assert journal.verify() is None


def test_streams_go_on_after_an_erasure(place: Place) -> None:
    journal = place.open()
    say(journal, 0, by="ann")
    journal.erase("ann", by="ann")
    assert say(journal, 1, by="ben").version == 2
    # who erased their own words was named as the one who did it, until they ask again
    assert journal.erase("ann", by="cas") == 1
    assert journal.verify() is None
    assert journal.version("erasures") == 2


@pytest.mark.parametrize("field", ["person", "by"])
def test_names_are_checked(place: Place, field: str) -> None:
    journal = place.open()
    given = {"person": "ann", "by": "cas"} | {field: ""}
    with pytest.raises(BadInput, match=rf"^{field}: "):
        journal.erase(**given)
    assert not journal.read_all()
