"""Anybody's panel as a file: which columns are taken, and which rows are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from groundplan.inference.panels.panel import NEVER
from groundplan.sources.csv.panel_periods import read_periods
from groundplan.sources.csv.panels import PanelFile, read_panel
from groundplan.terms.errors import BadInput


def chosen(told: PanelFile) -> dict[str, str | None]:
    return {guess.role: guess.column for guess in told.guesses}


def table(header: str, cell: Callable[[int, int], str], units: int = 3, periods: int = 6) -> str:
    rows = [cell(unit, period) for unit in range(units) for period in range(periods)]
    return "\n".join((header, *rows)) + "\n"


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (["2003", "2004", "2005"], "number"),
        (["2024-W01", "2024-W02", "2024-W52"], "ISO week"),
        (["2024W01", "2024W02", "2025W01"], "ISO week"),
        (["Q4 2010", "Q12011", "2011-Q2"], "quarter"),
        (["2010-11", "2010-12", "2011-01"], "month"),
        (["Jan 2020", "Feb 2020", "December 2020"], "month"),
        (["2010M11", "2010M12"], "month"),
        (["2024-01-01", "2024-02-01", "2024-03-01"], "first of a month"),
        (["2024-01-01", "2024-01-08", "2024-01-15"], "date"),
        (["31.12.2023", "07.01.2024", "14.01.2024"], "date"),
    ],
)
def test_periods_are_ordered_as_they_are_written(written: list[str], kind: str) -> None:
    told = read_periods([*written[::-1], *written])
    assert told is not None
    assert told.kind == kind
    assert [label for label in told.labels if "not in the file" not in label] == written


@pytest.mark.parametrize(
    ("written", "season"),
    [
        (["2024-01-01", "2024-01-02"], 7),
        (["2024-01-01", "2024-01-08"], 13),
        (["2024-W01", "2024-W02"], 13),
        (["2024-01-01", "2024-02-01"], 12),
        (["Q4 2010", "Q1 2011"], 4),
        (["2003", "2004"], 0),
    ],
)
def test_what_returns_is_known_by_how_periods_are_written(written: list[str], season: int) -> None:
    found = read_periods(written)
    assert found is not None
    assert found.season == season


def test_names_are_no_periods() -> None:
    assert read_periods(["alpha", "beta", "gamma"]) is None


def test_even_periods_are_filled() -> None:
    told = read_periods(["2024-W01", "2024-W02", "2024-W04", "2024-W05"])
    assert told is not None
    assert (len(told.labels), told.filled) == (5, 1)
    uneven = read_periods(["1", "2", "4", "11", "300"])
    assert uneven is not None
    assert (len(uneven.labels), uneven.filled) == (5, 0)


def test_columns_are_guessed_and_shown() -> None:
    text = table(
        "team,week,cycle hours,lead", lambda u, p: f"team {u},2024-W{p + 1:02d},{u + p}.5,1"
    )
    told = read_panel(text)
    assert chosen(told) == {"unit": "team", "period": "week", "outcome": "cycle hours"}
    assert told.panel.outcome.shape == (3, 6)
    assert told.panel.outcome[2].tolist() == [2.5, 3.5, 4.5, 5.5, 6.5, 7.5]
    assert not told.panel.treated.any()
    assert told.rejected == ()


def test_columns_may_be_named() -> None:
    text = table("a,b,x,z", lambda u, p: f"{u},{p},{u * p},{u + 2 * p}")
    told = read_panel(text, {"unit": "a", "period": "b", "outcome": "x"})
    assert told.panel.outcome[2, 5] == 10
    with pytest.raises(BadInput, match="one of 'x', 'z'"):
        read_panel(text, {"unit": "a", "period": "b"})
    with pytest.raises(BadInput, match="column for unit"):
        read_panel(text, {"unit": "team"})
    with pytest.raises(BadInput, match="unit, period, outcome, weight"):
        read_panel(text, {"team": "a"})


def test_starts_as_the_first_treated_period() -> None:
    starts = {0: "2005", 1: "", 2: "0", 3: "never", 4: "2050", 5: "2004.5"}
    text = table(
        "state,year,rate,since", lambda u, p: f"s{u},{2003 + p},{u}.{p},{starts[u]}", units=6
    )
    told = read_panel(text, {}, "since")
    assert told.panel.treated_from.tolist() == [2, NEVER, NEVER, NEVER, NEVER, 2]
    assert any("after the last period" in note for note in told.notes)
    assert any("between two periods" in note for note in told.notes)


def test_starts_as_a_date_among_weeks() -> None:
    weeks = ("2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22", "2024-01-29", "2024-02-05")
    text = table(
        "team,week,hours,since", lambda u, p: f"{u},{weeks[p]},{p},{'2024-01-15' if u else ''}"
    )
    assert read_panel(text, {}, "since").panel.treated_from.tolist() == [NEVER, 2, 2]


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("True", "False"), ("yes", "no")])
def test_starts_as_zeros_and_ones(yes: str, no: str) -> None:
    def on(unit: int, period: int) -> str:
        return yes if unit == 1 and 2 <= period < 5 else no

    text = table("unit,t,y,post", lambda u, p: f"{u},{p},{u + p / 7:.3f},{on(u, p)}")
    told = read_panel(text, {}, "post")
    assert told.panel.treated_from.tolist() == [NEVER, 2, NEVER]
    assert any("stop being treated" in note for note in told.notes)


def test_who_is_treated_but_not_since_when_is_refused() -> None:
    text = table("unit,t,y,treated", lambda u, p: f"{u},{p},{u + p},{int(u == 1)}")
    with pytest.raises(BadInput, match="since when"):
        read_panel(text, {}, "treated")


def test_two_starts_of_one_unit_are_refused() -> None:
    text = table("unit,year,y,since", lambda u, p: f"{u},{2000 + p},{u + p},{2002 + (p > 3)}")
    with pytest.raises(BadInput, match="line 6"):
        read_panel(text, {}, "since")


def test_rows_that_say_nothing_are_rejected_by_line() -> None:
    good = [f"{u},{2000 + p},{u + p}" for u in range(10) for p in range(6)]
    bad = ["3,2001,7", ",2002,7", "4,soon,7", "12,2000,many"]
    told = read_panel("\n".join(("unit,year,y", *good, *bad)))
    assert told.panel.outcome.shape == (10, 6)
    assert [(row.line, row.reason.split(",")[0]) for row in told.rejected] == [
        (62, "a second row for this unit and period"),
        (63, "no unit"),
        (64, "'soon' is no period"),
        (65, "'many' is no number"),
    ]


def test_missing_cells_stay_missing() -> None:
    text = table("unit,year,y", lambda u, p: f"{u},{2000 + p},{'' if (u, p) == (1, 3) else u + p}")
    told = read_panel(text)
    assert np.isnan(told.panel.outcome[1, 3])
    assert np.isfinite(told.panel.outcome).sum() == 17


def test_several_rows_for_a_unit_and_period_are_refused() -> None:
    text = table("unit,year,y", lambda u, p: f"{u},{2000 + p // 2},{u + p}")
    with pytest.raises(BadInput):
        read_panel(text, {"unit": "unit", "period": "year", "outcome": "y"})


def test_one_series_is_one_unit() -> None:
    rows = "\n".join(f"2020-01-{day:02d},{day * 1.5}" for day in range(1, 29))
    told = read_panel(f"date,temperature\n{rows}\n")
    assert told.panel.outcome.shape == (1, 28)
    assert chosen(told)["unit"] is None


def test_weights_are_the_mean_of_a_unit() -> None:
    text = table("unit,year,y,people", lambda u, p: f"{u},{2000 + p},{u + p},{u + 1}")
    told = read_panel(text, {"weight": "people", "outcome": "y"})
    assert told.weights is not None
    assert told.weights.tolist() == [1, 2, 3]
    with pytest.raises(BadInput, match="above 0"):
        read_panel(text.replace(",1\n", ",0\n"), {"weight": "people", "outcome": "y"})


@pytest.mark.parametrize(
    "text", ["", "unit,year,y\n", "one column\n1\n", "a,b\nx,y\nz,w\n", "unit,year,y\n1,2000,x\n"]
)
def test_what_is_no_panel_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_panel(text)
