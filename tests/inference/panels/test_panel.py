"""Panels: what is refused, and that windows and selections keep what they select."""

from __future__ import annotations

import numpy as np
import pytest

from groundplan.inference.panels.effects import Effect
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.terms.errors import BadInput


def panel() -> Panel:
    return make_panel("abc", "123456", np.arange(18.0).reshape(3, 6), [NEVER, 2, 4])


def test_treated_cells() -> None:
    told = panel()
    assert told.is_treated().sum(axis=1).tolist() == [0, 4, 2]
    assert told.starts.tolist() == [2, 4]
    assert told.treated.tolist() == [False, True, True]


def test_windows_forget_later_starts() -> None:
    early = panel().window(1, 4)
    assert early.periods == ("2", "3", "4")
    assert early.treated_from.tolist() == [NEVER, 1, NEVER]
    assert early.outcome[0].tolist() == [1, 2, 3]


def test_selected_units_keep_their_rows() -> None:
    some = panel().select([2, 0])
    assert some.units == ("c", "a")
    assert some.outcome[0].tolist() == list(range(12, 18))
    assert some.treated_from.tolist() == [4, NEVER]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"units": "aab"}, "units"),
        ({"periods": "112345"}, "periods"),
        ({"outcome": np.zeros((3, 5))}, "outcome"),
        ({"outcome": np.full((3, 6), np.nan)}, "outcome"),
        ({"outcome": np.full((3, 6), np.inf)}, "outcome of a in 1"),
        ({"treated_from": [0, 6, -1]}, "treated_from of b"),
        ({"treated_from": [0, 1.5, -1]}, "treated_from of b"),
        ({"treated_from": [0, 1]}, "treated_from"),
    ],
)
def test_what_is_no_panel_is_refused(changed: dict[str, object], field: str) -> None:
    parts = {"units": "abc", "periods": "123456", "outcome": np.ones((3, 6))}
    with pytest.raises(BadInput) as refused:
        make_panel(**{**parts, "treated_from": [NEVER] * 3, **changed})  # type: ignore[arg-type]
    assert refused.value.field == field


def test_effects_need_ordered_ends() -> None:
    with pytest.raises(ValueError, match="low <= high"):
        Effect(0.0, 1.0, -1.0, 0.95, 0.5, 1.0, "made up", "difference")
    assert not Effect(1.0, 0.5, 2.0, 0.95, None, 1.0, "made up", "difference").is_significant
