"""Whose turn a review is, judged by the other weeks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.concentration import falls_to_busiest


def by_hand(place: list[int], person: list[int], week: list[int]) -> tuple[list[float], list[bool]]:
    share, known = [], []
    rows = list(zip(place, person, week, strict=True))
    for where, who, when in rows:
        others = [p for a, p, w in rows if a == where and w != when]
        counts = {p: others.count(p) for p in others}
        most = [p for p in counts if counts[p] == max(counts.values())]
        known.append(bool(others))
        share.append(1 / len(most) if who in most else 0.0)
    return share, known


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=40
    )
)
def test_it_is_what_counting_by_hand_gives(rows: list[tuple[int, int, int]]) -> None:
    place, person, week = (list(column) for column in zip(*rows, strict=True))
    share, known = falls_to_busiest(np.array(place), np.array(person), np.array(week))
    expected, tellable = by_hand(place, person, week)
    assert known.tolist() == tellable
    assert share[known].tolist() == pytest.approx(np.array(expected)[tellable])


def test_choosing_whom_to_count_does_not_flatter_the_share() -> None:
    """Ten people who review alike: each has a tenth, whoever was busiest by luck."""
    rng = np.random.default_rng(8)
    shares = []
    for _ in range(300):
        person, week = rng.integers(10, size=60), rng.integers(13, size=60)
        share, known = falls_to_busiest(np.zeros(60, dtype=np.int64), person, week)
        shares.append(share[known].mean())
        naive = np.bincount(person).max() / 60
        assert naive >= share[known].mean()
    assert np.mean(shares) == pytest.approx(0.1, abs=0.01)
