"""Files are followed through renames, deletions and returns."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from groundplan.facts.lineage import Lineage, follow


def walk(*events: tuple[int, str, int, int]) -> Lineage:
    order, status, path, source = zip(*events, strict=True) if events else ((), (), (), ())
    return follow(
        np.array(order, dtype=np.int64),
        np.array(status, dtype=object),
        np.array(path, dtype=np.int64),
        np.array(source, dtype=np.int64),
    )


def meaning(lineage: Lineage, path: int, order: int) -> int | None:
    spans = [
        (start, file)
        for p, start, file in zip(
            lineage.path_id.tolist(),
            lineage.from_order.tolist(),
            lineage.file_id.tolist(),
            strict=True,
        )
        if p == path and start <= order
    ]
    return max(spans)[1] if spans else None


def test_a_rename_keeps_the_file() -> None:
    found = walk((1, "A", 0, -1), (5, "R", 1, 0))
    assert meaning(found, 0, 1) == meaning(found, 1, 5) == 0
    assert found.last_path.tolist() == [1]
    assert found.holds_path.tolist() == [True]


def test_a_late_change_under_the_old_path_still_belongs_to_the_file() -> None:
    found = walk((1, "A", 0, -1), (5, "R", 1, 0))
    assert meaning(found, 0, 9) == 0


def test_a_path_taken_again_is_a_new_file() -> None:
    found = walk((1, "A", 0, -1), (5, "R", 1, 0), (7, "A", 0, -1))
    assert meaning(found, 0, 3) == 0
    assert meaning(found, 0, 8) == 1
    assert found.last_path.tolist() == [1, 0]


def test_a_file_that_comes_back_is_the_same_file() -> None:
    found = walk((1, "A", 0, -1), (2, "D", 0, -1), (3, "A", 0, -1))
    assert found.last_path.tolist() == [0]


def test_a_rename_over_another_file_ends_that_file() -> None:
    found = walk((1, "A", 0, -1), (2, "A", 1, -1), (3, "D", 1, -1), (3, "R", 1, 0))
    assert meaning(found, 1, 2) == 1
    assert meaning(found, 1, 3) == 0
    assert found.holds_path.tolist() == [True, False]


def test_swapped_names_stay_two_files() -> None:
    found = walk((1, "A", 0, -1), (1, "A", 1, -1), (2, "R", 2, 0), (3, "R", 0, 1), (4, "R", 1, 2))
    assert found.last_path.tolist() == [1, 0]
    assert found.holds_path.tolist() == [True, True]


def test_a_copy_begins_a_file() -> None:
    found = walk((1, "A", 0, -1), (2, "C", 1, 0))
    assert found.last_path.tolist() == [0, 1]


def test_a_cut_history_knows_the_path_from_the_beginning() -> None:
    found = walk((5, "R", 1, 0))
    assert meaning(found, 0, 0) == 0


@given(
    st.lists(st.tuples(st.sampled_from("ADRC"), st.integers(0, 5), st.integers(0, 5)), max_size=40)
)
def test_every_path_means_one_file_at_a_time(events: list[tuple[str, int, int]]) -> None:
    found = walk(
        *(
            (nr, what, path, source if what in "RC" else -1)
            for nr, (what, path, source) in enumerate(events)
        )
    )
    keys = list(zip(found.path_id.tolist(), found.from_order.tolist(), strict=True))
    assert len(keys) == len(set(keys))
    held = found.last_path[found.holds_path].tolist()
    assert len(held) == len(set(held)), "a path at the end means one file"
    assert set(found.file_id.tolist()) <= set(range(len(found.last_path)))
