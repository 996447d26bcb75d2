"""Who waits is written together; each has their own answer, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from groundplan.records.chained import ChainedJournal
from groundplan.records.combining import Combining
from groundplan.records.connections import Connections
from groundplan.terms.errors import Conflict, GroundplanError, Refused
from tests.journals import NOON, say, saying
from tests.records.places import Place

PATIENCE_S = 20


class Slow:
    """An act that is held until it may go on, and remembers what it was asked together."""

    def __init__(self) -> None:
        self.goes: list[list[int]] = []
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)
        self.error: BaseException | None = None

    def __call__(self, requests: Sequence[int]) -> list[int | BaseException]:
        self.goes.append(list(requests))
        self.begun.release()
        assert self.may_end.acquire(timeout=PATIENCE_S)
        if self.error is not None:
            raise self.error
        return [Refused("odd") if request % 2 else request * 10 for request in requests]


Asked = tuple[list[threading.Thread], dict[int, object]]


def ask_all(commits: Combining[int, int], requests: Sequence[int]) -> Asked:
    answers: dict[int, object] = {}

    def ask(request: int) -> None:
        try:
            answers[request] = commits.ask(request)
        except BaseException as error:
            answers[request] = error

    threads = [threading.Thread(target=ask, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    return threads, answers


def waiting_for(commits: Combining[int, int], count: int) -> None:
    deadline = threading.Event()
    for _ in range(PATIENCE_S * 100):
        if len(commits._waiting) == count:
            return
        deadline.wait(0.01)
    raise AssertionError("they did not queue")


def test_who_comes_meanwhile_goes_together_in_order_of_coming() -> None:
    slow = Slow()
    commits: Combining[int, int] = Combining(slow)
    threads, answers = ask_all(commits, [0])
    slow.begun.acquire()
    for nr in range(1, 7):
        more, told = ask_all(commits, [nr])
        waiting_for(commits, nr)
        threads += more
        answers[nr] = told
    slow.may_end.release(2)
    for thread in threads:
        thread.join(PATIENCE_S)
    assert slow.goes == [[0], [1, 2, 3, 4, 5, 6]]
    assert answers.pop(0) == 0
    for nr, told in answers.items():
        assert isinstance(told, dict)
        assert told[nr] == nr * 10 if nr % 2 == 0 else isinstance(told[nr], Refused)


@pytest.mark.parametrize("error", [OSError("disk"), KeyboardInterrupt()])
def test_what_fails_for_all_is_told_to_all_and_the_next_go_works(error: BaseException) -> None:
    slow = Slow()
    commits: Combining[int, int] = Combining(slow)
    first, answer = ask_all(commits, [0])
    slow.begun.acquire()
    second, answers = ask_all(commits, [2, 4, 6])
    waiting_for(commits, 3)
    slow.may_end.release()
    slow.begun.acquire()
    slow.error = error
    slow.may_end.release()
    for thread in (*first, *second):
        thread.join(PATIENCE_S)
    assert answer == {0: 0}
    assert answers == {2: error, 4: error, 6: error}
    slow.error = None
    slow.may_end.release()
    assert commits.ask(8) == 80


def test_ten_writers_share_commits_and_each_has_their_own_answer(place: Place) -> None:
    journal = place.open()
    transactions = []
    inside = journal.writing

    def counted() -> object:
        transactions.append(1)
        return inside()

    journal.writing = counted
    outcomes: list[object] = []

    def work(nr: int) -> None:
        for number in range(20):
            say(journal, number, f"w{nr}")
            try:  # ten want the same place: one gets it
                outcomes.append(journal.append(saying({"by": nr}, f"s{number}"), expected=0))
            except Conflict as error:
                outcomes.append(error)

    threads = [threading.Thread(target=work, args=(nr,)) for nr in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(not isinstance(outcome, GroundplanError) for outcome in outcomes) == 20
    assert [journal.version(f"w{nr}") for nr in range(10)] == [20] * 10
    assert [entry.seq for entry in journal.read_all()] == list(range(1, 221))
    assert journal.verify() is None
    assert len(transactions) < 350  # 400 were asked for


def test_one_bad_request_spoils_no_other(place: Place) -> None:
    times = iter([NOON, NOON.replace(tzinfo=None), NOON])
    journal: ChainedJournal = place.open(lambda: next(times))
    say(journal, 0)
    with pytest.raises(GroundplanError, match="clock"):
        say(journal, 1)
    assert say(journal, 1).seq == 2


class Counted:
    """Connections that are numbers."""

    def __init__(self, most: int) -> None:
        self.opened: list[int] = []
        self.closed: list[int] = []
        self.broken: set[int] = set()
        works = lambda nr: nr not in self.broken  # noqa: E731
        self.kept = Connections(self.open_one, self.closed.append, most, works)

    def open_one(self) -> int:
        self.opened.append(len(self.opened))
        return self.opened[-1]


def test_who_comes_when_all_connections_are_lent_waits() -> None:
    counted = Counted(most=1)
    lent: list[int] = []

    def use() -> None:
        with counted.kept.lent() as connection:
            lent.append(connection)

    with counted.kept.lent():
        other = threading.Thread(target=use)
        other.start()
        other.join(0.1)
        assert other.is_alive()
    other.join(PATIENCE_S)
    assert lent == [0]
    assert counted.opened == [0]


def test_a_broken_connection_is_not_lent_again() -> None:
    counted = Counted(most=3)
    with counted.kept.lent(), counted.kept.lent():
        pass
    with pytest.raises(OSError, match="lost"), counted.kept.lent() as again:
        assert again == 0  # the one used last
        raise OSError("lost")
    assert counted.closed == [0]
    counted.broken.add(1)
    with counted.kept.lent() as fresh:
        assert fresh == 2
        counted.kept.close()
    assert counted.closed == [0, 1, 2]
    with pytest.raises(Refused, match="closed"), counted.kept.lent():
        pass
