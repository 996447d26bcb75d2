"""Shares, authorship, truck factor: published values, invariants, and behaviour by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from groundplan.inference.expertise import (
    assess_loss,
    calibrate,
    decayed,
    degree_of_authorship,
    find_authors,
    find_truck_factor,
    knowledge_shares,
    present,
    rank_people,
    share_interval,
    truck_factor_interval,
)
from groundplan.terms.estimate import Estimate, Unknown

amounts = st.floats(0, 1e6, allow_nan=False)
levels = arrays.arrays(
    float, st.tuples(st.integers(1, 4), st.integers(1, 8)), elements=st.floats(0, 1e4)
)


def test_a_change_counts_half_after_a_half_life() -> None:
    assert decayed([1.0, 1.0, 4.0], [0, 120, 240], 120).tolist() == [1.0, 0.5, 1.0]


@given(amounts, st.floats(-1e4, 1e5), st.floats(1, 1e4))
def test_nothing_grows_with_age_and_a_clock_ahead_counts_as_now(
    weight: float, age: float, half_life: float
) -> None:
    left = float(decayed(weight, age, half_life))
    assert 0 <= left <= weight
    assert left == weight or age > 0


def test_shares_by_hand() -> None:
    shares, evidence = knowledge_shares([[3.0, 1.0, 0.0], [0.0, 0.0, 4.0]], [4.0])
    assert shares.tolist() == [3 / 8, 1 / 8, 4 / 8]
    assert evidence == 8.0


@given(levels)
def test_shares_sum_to_one_unless_nobody_touched_the_widest_place(known: np.ndarray) -> None:
    shares, _ = knowledge_shares(known, np.full(len(known) - 1, 2.0))
    assert (shares >= 0).all()
    if known[-1].sum() > 1e-6:
        assert shares.sum() == pytest.approx(1)


def test_where_nothing_is_known_of_a_file_its_directory_decides() -> None:
    shares, _ = knowledge_shares([[0.0, 0.0], [9.0, 1.0], [1.0, 9.0]], [2.0, 4.0])
    assert shares[0] > shares[1]


def test_levels_need_one_strength_fewer() -> None:
    with pytest.raises(ValueError, match="back-off"):
        knowledge_shares([[1.0], [1.0]], [])


def test_silence_costs_odds_and_reorders() -> None:
    assert present([0, 5, 20], 5).tolist() == [1.0, 0.5, 0.2]
    assert present(-3, 5) == 1.0
    shares, _ = rank_people([[5.0, 4.0]], [100.0, 1.0], [], 5)
    assert shares[1] > shares[0]
    assert shares.sum() == pytest.approx(1)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=9), st.floats(0.1, 2), st.floats(-3, 1))
def test_calibration_keeps_order_and_bounds(
    shares: list[float], slope: float, intercept: float
) -> None:
    given_, found = np.array(shares), calibrate(shares, slope, intercept)
    assert ((found >= 0) & (found <= 1)).all()
    assert (found[given_ == 0] == 0).all()
    assert (np.diff(found[np.argsort(given_, kind="stable")]) >= -1e-12).all()


def test_calibration_by_itself_changes_nothing() -> None:
    assert calibrate([0.0, 0.3, 0.9], 1, 0) == pytest.approx([0.0, 0.3, 0.9])


def test_a_share_is_unknown_below_the_needed_changes() -> None:
    assert share_interval(0.5, 3.0, 4, 5) == Unknown(
        "too few changes to tell who knows it", 4, 5, "changes"
    )


@given(st.floats(0, 1), st.floats(0.01, 1e5))
def test_a_share_lies_in_its_interval(share: float, evidence: float) -> None:
    found = share_interval(share, evidence, 9, 5)
    assert isinstance(found, Estimate)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_share_interval_covers_what_it_says() -> None:
    rng = np.random.default_rng(5)
    prior, evidence = np.array([0.5, 0.3, 0.2]), 6.0
    covered = []
    for truth in rng.dirichlet(evidence * prior, size=600):
        seen = rng.multinomial(20, truth).astype(float)
        shares, weight = knowledge_shares([seen, prior], [evidence])
        found = share_interval(float(shares[0]), weight, 20, 5)
        assert isinstance(found, Estimate)
        covered.append(found.low <= truth[0] <= found.high)
    assert 0.87 <= np.mean(covered) <= 0.93


def test_degree_of_authorship_as_published() -> None:
    # Avelino et al. 2016, equation 1
    found = degree_of_authorship([True, False, False], [1, 0, 10], [0, 9, 4])
    expected = [3.293 + 1.098 + 0.164, 3.293 - 0.321 * np.log(10), 3.293 + 1.64 - 0.321 * np.log(5)]
    assert found == pytest.approx(expected)


def test_an_author_is_near_the_best_and_above_a_stranger() -> None:
    file = np.array([0, 0, 0, 1])
    degree = np.array([8.0, 6.1, 6.0, 3.2])
    assert find_authors(file, degree).tolist() == [True, True, False, False]


def test_truck_factor_by_hand() -> None:
    # Ann wrote 0-3, Bo 3-5, Cy 6; file 7 has no author. Without Ann 3 of 8 more are lost (4/8,
    # which is not more than half), without Bo 7/8.
    file = np.array([0, 1, 2, 3, 3, 4, 5, 6])
    person = np.array([0, 0, 0, 0, 1, 1, 1, 2])
    found = find_truck_factor(file, person, 8)
    assert (found.factor, found.removed.tolist()) == (2, [0, 1])
    assert found.lost_share.tolist() == [4 / 8, 7 / 8]


def test_without_authors_there_is_nobody_to_lose() -> None:
    empty = np.empty(0, dtype=np.int64)
    assert find_truck_factor(empty, empty, 12).factor == 0


ownership = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 5)), min_size=1, max_size=40)


@given(ownership)
def test_the_greedy_removal_agrees_with_the_definition(rows: list[tuple[int, int]]) -> None:
    pairs = np.array(sorted(set(rows)))
    file, person = pairs[:, 0], pairs[:, 1]
    found = find_truck_factor(file, person, 12)
    kept = ~np.isin(person, found.removed)
    lost = 1 - len(set(file[kept].tolist())) / 12
    assert lost > 0.5
    if found.factor:
        before = ~np.isin(person, found.removed[:-1])
        assert 1 - len(set(file[before].tolist())) / 12 <= 0.5
        assert found.lost_share[-1] == pytest.approx(lost)


def test_the_bootstrap_interval_holds_the_truck_factor_of_the_whole() -> None:
    rng = np.random.default_rng(9)
    directories, files = 300, 3000
    home = rng.integers(directories, size=files)
    owner = rng.geometric(0.2, size=directories) - 1
    truth = find_truck_factor(np.arange(files), owner[home], files).factor
    held = 0
    for draw in range(40):
        some = np.isin(home, np.random.default_rng(draw).choice(directories, 150, replace=False))
        cluster = np.unique(home[some], return_inverse=True)[1]
        found = truck_factor_interval(
            np.arange(some.sum()), owner[home[some]], cluster, 10, np.random.default_rng(draw), 99
        )
        assert isinstance(found, Estimate)
        held += found.low <= truth <= found.high
    assert held >= 36


def test_ten_files_are_needed() -> None:
    found = truck_factor_interval(
        np.array([0]), np.array([0]), np.zeros(9, dtype=int), 10, np.random.default_rng(1)
    )
    assert isinstance(found, Unknown)
    assert (found.have, found.need) == (9, 10)


def test_a_loss_names_who_leaves_and_which_files_are_left_alone() -> None:
    rows = {
        "file": np.repeat(np.arange(12), 2),
        "directory": np.repeat(np.arange(12) // 3, 2),
        "nr": np.tile([0, 1], 12),
        "created": np.tile([True, False], 12),
        "own": np.tile([9.0, 1.0], 12),
        "others": np.tile([1.0, 9.0], 12),
    }
    rows["nr"][:8:2] = 2  # the first four files are somebody else's
    loss = assess_loss(rows, 10, np.random.default_rng(1))
    assert isinstance(loss.factor, Estimate)
    assert loss.factor.value == 1
    assert loss.removed.tolist() == [0]
    assert loss.lost.tolist() == [False] * 4 + [True] * 8
    few = {name: column[:4] for name, column in rows.items()}
    assert isinstance(assess_loss(few, 10, np.random.default_rng(1)).factor, Unknown)
