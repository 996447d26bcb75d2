"""What is left of a day, against minutes counted one by one; plans against every other plan."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.inference.focus import (
    LATER,
    LENGTHS,
    MOVED,
    QUIET_SLOTS,
    WORTH,
    Block,
    Bools,
    Movable,
    find_quiet,
    plan,
    split,
)

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), max_size=8)


@given(spans)
def test_a_day_divides_as_its_quarters_do(meetings: list[tuple[int, int]]) -> None:
    working = np.array([[8.0, 12.0], [13.0, 17.0]])
    found = split(working, np.array([[s / 4 + 6, (s + n) / 4 + 6] for s, n in meetings]))
    busy = {q for s, n in meetings for q in range(s + 24, s + n + 24) if n}
    # an event without length still cuts a gap in two
    cuts = {s + 24 for s, n in meetings if not n}
    met, gaps = 0.0, []
    for opens, closes in ((32, 48), (52, 68)):
        run = 0
        for quarter in range(opens, closes):
            if quarter in busy or quarter in cuts:
                gaps.append(run)
                run = 0
            met += 0.25 * (quarter in busy)
            run += quarter not in busy
        gaps.append(run)
    assert found.working == 8.0
    assert found.meetings == pytest.approx(met)
    assert found.focus == pytest.approx(sum(g for g in gaps if g >= 8) / 4)
    assert found.broken == pytest.approx(sum(g for g in gaps if g < 8) / 4)
    assert found.pieces == sum(0 < g < 8 for g in gaps)
    assert found.meetings + found.focus + found.broken == pytest.approx(8.0)


def test_a_day_of_meetings_has_no_fragmentation() -> None:
    assert split(np.array([[8.0, 12.0]]), np.array([[7.0, 13.0]])).fragmentation is None
    half = split(np.array([[8.0, 12.0]]), np.array([[10.0, 10.5], [11.0, 11.0]]))
    assert half.fragmentation == pytest.approx(1.5 / 3.5)


def random_free(seed: int, people: int = 2, days: int = 5, width: int = 8) -> Bools:
    return np.random.default_rng(seed).random((people, days, width)) < 0.85


@pytest.mark.parametrize("seed", range(25))
def test_the_quiet_window_is_the_one_most_are_free_in(seed: int) -> None:
    free = random_free(seed, people=4, days=10)
    shares = {
        (weekday, slot): np.mean(
            [
                free[p, d, slot : slot + QUIET_SLOTS].all()
                for p in range(4)
                for d in (weekday, weekday + 5)
            ]
        )
        for weekday, slot in product(range(5), range(5))
    }
    best = max(shares.values())
    found = find_quiet(free)
    if best < 0.5:
        assert found is None
    else:
        assert found is not None
        assert found.free_share == best == shares[found.weekday, found.slot]


@pytest.mark.parametrize("seed", range(20))
def test_one_persons_plan_is_the_best_there_is(seed: int) -> None:
    free = random_free(seed, people=1)
    found = plan(free, most=2)
    places = [
        (d, s, n)
        for n in LENGTHS
        for d in range(5)
        for s in range(9 - n)
        if free[0, d, s : s + n].all()
    ]
    best = max(
        (
            sum(worth(place) for place in chosen)
            for count in range(3)
            for chosen in combinations(places, count)
            if len({d for d, _, _ in chosen}) == count
        ),
        default=0.0,
    )
    assert sum(worth((b.day, b.slot, b.slots)) for b in found.blocks) == pytest.approx(
        best, rel=2e-3
    )


def worth(place: tuple[int, int, int]) -> float:
    return WORTH[LENGTHS.index(place[2])] - LATER * place[1]


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_no_block_is_on_a_meeting_and_few_are_proposed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    free = random_free(seed, people=3, days=10, width=10)
    movable = []
    for _ in range(6):
        people = tuple(sorted(rng.choice(3, 2, replace=False).tolist()))
        day, slot = int(rng.integers(10)), int(rng.integers(9))
        movable.append(Movable(people, day, slot, 2))
    found = plan(free, movable, find_quiet(free))
    moved = {each.meeting: (each.day, each.slot) for each in found.elsewhere}
    for block in found.blocks:
        assert free[block.person, block.day, block.slot : block.slot + block.slots].all()
        for nr, meeting in enumerate(movable):
            day, slot = moved.get(nr, (meeting.day, meeting.slot))
            if block.person in meeting.people and block.day == day:
                assert slot + 2 <= block.slot or block.slot + block.slots <= slot
    for nr, (day, slot) in moved.items():
        assert day // 5 == movable[nr].day // 5
        assert free[list(movable[nr].people), day, slot : slot + 2].all()
    for person, week in product(range(3), range(2)):
        mine = [b for b in found.blocks if b.person == person and b.day // 5 == week]
        assert len(mine) <= 3
        assert len({b.day for b in mine}) == len(mine)


def test_a_meeting_in_the_way_is_named_and_stays_where_it_is() -> None:
    free = np.zeros((3, 5, 8), dtype=bool)
    free[:, 0, :4] = True  # the only two hours of all three
    free[:, 1, :2] = True
    meeting = Movable((0, 1, 2), 0, 1, 2)
    found = plan(free, [meeting])
    assert 3 * WORTH[0] > 3 * MOVED
    assert [(e.meeting, e.day, e.slot) for e in found.elsewhere] == [(0, 1, 0)]
    assert found.blocks == tuple(Block(p, 0, 0, 4, False, (0,)) for p in range(3))
    assert plan(free[:, :, :], [Movable((0, 1, 2), 1, 0, 2)]).elsewhere == ()


def test_where_nothing_is_free_nothing_is_proposed() -> None:
    assert plan(np.zeros((2, 5, 8), dtype=bool)).blocks == ()
    assert find_quiet(np.zeros((2, 5, 8), dtype=bool)) is None
    assert find_quiet(np.ones((0, 5, 8), dtype=bool)) is None
    assert plan(np.ones((1, 5, 3), dtype=bool)).blocks == ()
