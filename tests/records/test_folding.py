"""Folds keep what they know by version, and nothing that was erased."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.records.chained import ChainedJournal
from groundplan.records.folding import Fold, Folds
from groundplan.records.journal import Entry
from tests.journals import NOON, say, saying
from tests.records.places import SQLitePlace

NAMES = itertools.count()
Numbers = tuple[int, ...]
NUMBERS: Fold[Numbers] = Fold("numbers", (), lambda state, entry: (*state, entry.body["n"]))
TOTAL: Fold[int] = Fold("total", 0, lambda state, entry: state + entry.body["n"])


class Watched:
    """A journal that counts what was read from it; everything else is the journal's own."""

    def __init__(self, journal: ChainedJournal) -> None:
        self._journal = journal
        self.entries_read = 0
        self.after_read = lambda: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    def news(self, stream: str, after: int) -> tuple[int, Sequence[Entry]]:
        erasures, found = self._journal.news(stream, after)
        self.entries_read += len(found)
        self.after_read()
        return erasures, found


def test_a_fold_reads_only_what_is_new(journal: ChainedJournal) -> None:
    watched = Watched(journal)
    folds = Folds(watched)
    for number in range(50):
        say(journal, number)
    assert folds.fold("demo", TOTAL) == sum(range(50))
    assert folds.fold("demo", TOTAL) == sum(range(50))
    assert watched.entries_read == 50
    say(journal, 50)
    assert folds.fold("demo", TOTAL) == sum(range(51))
    assert watched.entries_read == 51
    assert folds.fold("nothing", TOTAL) == 0
    assert folds.fold("demo", NUMBERS) == tuple(range(51))


def test_an_erasure_by_anybody_makes_folds_forget(journal: ChainedJournal) -> None:
    folds = Folds(journal)
    for number in range(4):
        say(journal, number, by="ann" if number % 2 else "ben")
    assert folds.fold("demo", NUMBERS) == (0, 1, 2, 3)
    journal.erase("ann", by="cas")
    assert folds.fold("demo", NUMBERS) == (0, 2)
    say(journal, 4)
    assert folds.fold("demo", NUMBERS) == (0, 2, 4)


def test_who_read_before_an_erasure_does_not_bring_the_words_back(
    journal: ChainedJournal,
) -> None:
    watched = Watched(journal)
    folds = Folds(watched)
    say(journal, 0, by="ann")
    reading, erased = threading.Event(), threading.Event()

    def wait() -> None:
        reading.set()
        erased.wait()

    watched.after_read = wait
    slow = threading.Thread(target=lambda: folds.fold("demo", NUMBERS))
    slow.start()
    reading.wait()
    watched.after_read = lambda: None
    journal.erase("ann", by="cas")
    assert folds.fold("demo", NUMBERS) == ()
    erased.set()
    slow.join()
    assert folds.fold("demo", NUMBERS) == ()


def test_readers_have_states_of_their_own(journal: ChainedJournal) -> None:
    folds = Folds(journal)
    for number in range(4):
        say(journal, number, owner="ann" if number % 2 else "ben")

    def of(name: str) -> Numbers:
        return folds.fold(
            "demo", NUMBERS, reader=name, sees=lambda entry: entry if entry.owner == name else None
        )

    assert (of("ann"), of("ben"), of("ann")) == ((1, 3), (0, 2), (1, 3))
    assert folds.fold("demo", NUMBERS) == (0, 1, 2, 3)


def test_states_are_bounded_and_the_oldest_goes_first(journal: ChainedJournal) -> None:
    watched = Watched(journal)
    folds = Folds(watched, most=2)
    for name in "abc":
        say(journal, 0, name)
    for name in "abaca":
        folds.fold(name, TOTAL)
    assert watched.entries_read == 3
    folds.fold("b", TOTAL)
    assert watched.entries_read == 4


def test_a_step_that_fails_leaves_the_state_as_it_was(journal: ChainedJournal) -> None:
    folds = Folds(journal)
    say(journal, 0)
    assert folds.fold("demo", TOTAL) == 0
    journal.append(saying({"other": 1}), expected=1)
    for _ in range(2):
        try:
            folds.fold("demo", TOTAL)
        except KeyError as error:
            assert error.args == ("n",)
        else:
            raise AssertionError("the step was not taken")


def test_many_threads_fold_while_others_write_and_erase(journal: ChainedJournal) -> None:
    """Nothing is ever folded twice or out of order; at the end, all that was not erased."""
    folds = Folds(journal)
    wrong: list[Numbers] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            state = folds.fold("demo", NUMBERS)
            if state != tuple(number for number in range(120) if number in state):
                wrong.append(state)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    random = Random(3)
    for number in range(120):
        say(journal, number, by=random.choice(["ann", "ben", "cas"]))
        if number in (40, 80):
            journal.erase("ann" if number == 40 else "ben", by="dan")
    done.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert folds.fold("demo", NUMBERS) == Folds(journal).fold("demo", NUMBERS)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    acts=st.lists(
        st.sampled_from(["ann", "ben", "erase ann", "erase ben", "fold", "fold other"]), max_size=12
    )
)
def test_a_kept_fold_is_the_fold_of_everything(sqlite_place: SQLitePlace, acts: list[str]) -> None:
    sqlite_place.path = sqlite_place.path.with_name(f"{next(NAMES)}.sqlite")
    journal = sqlite_place.fresh(lambda: NOON)
    folds = Folds(journal)
    for act in acts:
        if act.startswith("erase"):
            journal.erase(act[6:], by="cas")
        elif act.startswith("fold"):
            folds.fold("other" if act.endswith("other") else "demo", NUMBERS)
        else:
            for stream in ("demo", "other"):
                say(journal, journal.version(stream), stream, by=act)
    for stream in ("demo", "other"):
        kept = [entry.body["n"] for entry in journal.read(stream) if not entry.erased]
        assert folds.fold(stream, NUMBERS) == tuple(kept)
    journal.close()
