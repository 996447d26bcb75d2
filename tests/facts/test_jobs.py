"""Pieces of work under leases: each done once, none lost, whoever dies."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from groundplan.facts.jobs import LEASE_S, MOST_ATTEMPTS, WAIT_S, Counts, Job, Jobs
from groundplan.terms.errors import SourceBroken


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(tmp_path: Path, clock: Clock) -> Iterator[Jobs]:
    opened = Jobs(tmp_path / "jobs.sqlite", clock)
    yield opened
    opened.close()


def test_pieces_are_taken_in_order_and_once(jobs: Jobs) -> None:
    assert jobs.begin(["b", "a"]) == Counts(2, 0, 0)
    assert [jobs.take("one"), jobs.take("two"), jobs.take("one")] == [
        Job("b", 1),
        Job("a", 1),
        None,
    ]
    assert jobs.finish(Job("b", 1), "one")
    assert jobs.counts() == Counts(1, 1, 0)


def test_a_lost_lease_goes_to_somebody_else_and_the_slow_one_is_told(
    jobs: Jobs, clock: Clock
) -> None:
    jobs.begin(["a"])
    slow = jobs.take("slow")
    clock.pass_s(LEASE_S / 2)
    jobs.renew("slow")
    clock.pass_s(LEASE_S - 1)
    assert jobs.take("quick") is None
    clock.pass_s(2)
    quick = jobs.take("quick")
    assert (slow, quick) == (Job("a", 1), Job("a", 2))
    assert slow is not None
    assert quick is not None
    assert not jobs.finish(slow, "slow")
    assert not jobs.fail(slow, "slow", "late", again=False)
    assert jobs.finish(quick, "quick")


def test_whose_death_is_known_is_not_waited_for(jobs: Jobs) -> None:
    jobs.begin(["a", "b"])
    jobs.take("dead")
    jobs.take("alive")
    jobs.release("dead")
    assert jobs.take("next") == Job("a", 2)
    assert jobs.take("next") is None


def test_what_kills_its_worker_each_time_fails_in_the_end(jobs: Jobs) -> None:
    jobs.begin(["a"])
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert jobs.take("w") == Job("a", attempt)
        jobs.release("w")
    assert jobs.take("w") is None
    assert jobs.counts() == Counts(0, 0, 1)
    assert jobs.failures() == [("a", f"its worker was lost {MOST_ATTEMPTS} times")]


def test_a_second_try_waits_and_comes_to_an_end(jobs: Jobs, clock: Clock) -> None:
    jobs.begin(["a"])
    for attempt in range(1, MOST_ATTEMPTS + 1):
        job = jobs.take("w")
        assert job == Job("a", attempt)
        jobs.fail(job, "w", "busy", again=True)
        assert jobs.take("w") is None
        clock.pass_s(WAIT_S * attempt + 1)
    assert jobs.failures() == [("a", "busy")]


def test_a_round_cut_short_goes_on_and_a_whole_one_begins_anew(jobs: Jobs) -> None:
    jobs.begin(["a", "b", "c", "old"])
    first, second = jobs.take("w"), jobs.take("w")
    assert first is not None
    assert second is not None
    jobs.finish(first, "w")
    jobs.fail(second, "w", "no repository", again=False)
    assert jobs.begin(["a", "b", "c", "new"]) == Counts(3, 1, 0)  # b again; old is not wanted
    while job := jobs.take("w"):
        jobs.finish(job, "w")
    assert jobs.counts() == Counts(0, 4, 0)
    assert jobs.begin(["a", "b"]) == Counts(2, 0, 0)


def test_another_list_does_not_go_on_with_this_one(jobs: Jobs) -> None:
    jobs.begin(["a"])
    assert jobs.begin(["x", "y"]) == Counts(2, 0, 0)
    assert jobs.take("w") == Job("x", 1)


def test_many_hands_take_each_piece_once(tmp_path: Path, clock: Clock) -> None:
    names = [f"piece{nr}" for nr in range(60)]
    path = tmp_path / "jobs.sqlite"
    with_all = Jobs(path, clock)
    with_all.begin(names)

    def work(worker: str) -> list[str]:
        mine, done = Jobs(path, clock), []
        while job := mine.take(worker):
            assert mine.finish(job, worker)
            done.append(job.name)
        mine.close()
        return done

    with ThreadPoolExecutor(4) as pool:
        taken = [name for done in pool.map(work, "abcd") for name in done]
    assert sorted(taken) == sorted(names)
    with_all.close()


def test_a_damaged_file_says_that_it_may_be_deleted(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "jobs.sqlite"
    path.write_bytes(b"nothing that SQLite knows" * 100)
    with pytest.raises(SourceBroken, match="Delete the file"):
        Jobs(path, clock)
