"""Which column of somebody's panel holds units, periods and the outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from groundplan.sources.csv.cells import MOST_UNREADABLE, is_missing, read_numbers
from groundplan.sources.csv.panel_periods import read_periods
from groundplan.sources.csv.shape import Guess
from groundplan.sources.csv.tables import Table
from groundplan.sources.csv.wording import points_for
from groundplan.terms.errors import BadInput

ROLES: Final = ("unit", "period", "outcome", "weight")
SAMPLE: Final = 1_000  # cells by which a column is judged
LEAST_UNIQUE: Final = 0.9  # of rows, each with a unit and a period of its own
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "unit": (
        "unit", "team", "repo", "repository", "project", "squad", "group", "state", "county",
        "country", "region", "city", "district", "department", "store", "shop", "site", "school",
        "hospital", "firm", "company", "person", "engineer", "author", "developer", "user",
        "entity", "cluster", "panel", "name", "unitid", "id", "sid", "fips", "statefip", "code",
    ),
    "period": (
        "period", "week", "date", "month", "quarter", "year", "sprint", "iteration", "day", "time",
        "wave", "when", "at", "yr", "t",
    ),
    "outcome": (
        "outcome", "value", "y", "result", "metric", "measure", "measurement", "score", "count",
        "rate", "hours", "days", "duration", "amount", "total", "sales", "commits",
    ),
}  # fmt: skip


def guess_panel_columns(
    table: Table, named: Mapping[str, str], treated_from: str
) -> tuple[Guess, ...]:
    """For each role the column whose name and cells speak for it; weight only if named.

    A unit and a period must tell rows apart. A file without any column of units is taken as one
    unit's. Errors: BadInput for a role or column that is not there, and where no column or several
    could be the outcome.
    """
    for role, column in named.items():
        if role not in ROLES:
            raise BadInput("columns", role, f"one of {', '.join(ROLES)}")
        if column not in table.columns:
            allowed = f"one of the columns {', '.join(map(repr, table.columns))}"
            raise BadInput(f"column for {role}", column, allowed)
    unit, period = _guess_place(table, named, treated_from)
    outcome = _guess_outcome(table, named, treated_from, {unit.column, period.column})
    told = [unit, period, outcome]
    if treated_from:
        told.append(Guess("treated_from", treated_from, "named by you"))
    if "weight" in named:
        told.append(Guess("weight", named["weight"], "named by you"))
    return tuple(told)


def _guess_place(table: Table, named: Mapping[str, str], treated_from: str) -> tuple[Guess, Guess]:
    """The columns of units and periods: together they tell rows apart."""
    taken = {treated_from, *(c for r, c in named.items() if r not in ("unit", "period"))}
    periods = _candidates(table, named, "period", taken)
    units = _candidates(table, named, "unit", taken)
    best: tuple[float, Guess, Guess] | None = None
    for when_points, when in periods:
        if (
            not named.get("period")
            and read_periods(table.columns[when]) is None
            and when_points <= 0
        ):
            continue
        for points, unit in units:
            if unit == when or not _tells_apart(table, unit, when):
                continue
            if best is None or points + when_points > best[0]:
                best = (
                    points + when_points,
                    Guess("unit", unit, _why("unit", points, named)),
                    Guess("period", when, _why("period", when_points, named)),
                )
    if best is not None:
        return best[1], best[2]
    alone = next((when for _, when in periods if _tells_apart(table, None, when)), None)
    if alone is None or "unit" in named:
        raise BadInput(
            "columns", ", ".join(map(repr, table.columns)),
            "columns of units and periods, with one row for each unit and period",
            "Name them, such as unit=COLUMN and period=COLUMN.",
        )  # fmt: skip
    none = Guess("unit", None, "no column looks like a unit: the file is taken as one unit's")
    points = next(p for p, when in periods if when == alone)
    return none, Guess("period", alone, _why("period", points, named))


def _candidates(
    table: Table, named: Mapping[str, str], role: str, taken: set[str]
) -> list[tuple[float, str]]:
    """Columns that could have a role with the points of their names, best first."""
    if role in named:
        return [(10.0, named[role])]
    told = []
    for column, cells in table.columns.items():
        if column in taken or column in named.values() or not _repeats(cells, role):
            continue
        points = points_for(column, _WORDS[role])[0]
        if role == "unit" and not points:
            # names speak for units sooner than numbers do
            points = -1.0 if _is_numeric(cells) else 0.2
        if role == "period" and not points:
            points = 0.5 if _are_dates(cells) else -0.5
        told.append((points, column))
    return sorted(told, key=lambda one: -one[0])


def _repeats(cells: Sequence[str], role: str) -> bool:
    """Whether cells could be places in a panel: filled, and for units not all different."""
    filled = [cell for cell in cells if not is_missing(cell)]
    if len(filled) < (1 - MOST_UNREADABLE) * len(cells) or not filled:
        return False
    if role == "period":
        return len(set(filled)) >= 2 and read_periods(filled) is not None
    return len(set(filled)) < len(filled)


def _are_dates(cells: Sequence[str]) -> bool:
    told = read_periods(cells)
    return told is not None and told.kind != "number"


def _tells_apart(table: Table, unit: str | None, period: str) -> bool:
    when = table.columns[period]
    owners = table.columns[unit] if unit else [""] * len(when)
    return len(set(zip(owners, when, strict=True))) >= LEAST_UNIQUE * len(when)


def _why(role: str, points: float, named: Mapping[str, str]) -> str:
    if role in named:
        return "named by you"
    return "its name says so" if points >= 1 else "its cells fit"


def _guess_outcome(
    table: Table, named: Mapping[str, str], treated_from: str, taken: set[str | None]
) -> Guess:
    if "outcome" in named:
        return Guess("outcome", named["outcome"], "named by you")
    free = [
        column
        for column, cells in table.columns.items()
        if column not in (*taken, treated_from, *named.values()) and _is_numeric(cells)
    ]
    spoken = max(free, key=lambda column: points_for(column, _WORDS["outcome"])[0], default="")
    if spoken and points_for(spoken, _WORDS["outcome"])[0] > 0:
        return Guess("outcome", spoken, "its name says so, and its cells are numbers")
    varied = [column for column in free if len(set(table.columns[column])) > 2]
    if len(varied) == 1:
        return Guess("outcome", varied[0], "the only column of numbers beside units and periods")
    raise BadInput(
        "column for outcome",
        ", ".join(map(repr, table.columns)),
        f"one of {', '.join(map(repr, varied))}" if varied else "a column of numbers",
        "Name it, such as outcome=COLUMN.",
    )


def _is_numeric(cells: Sequence[str]) -> bool:
    some = cells[:: max(1, len(cells) // SAMPLE)]
    filled = [cell for cell in some if not is_missing(cell)]
    return bool(filled) and len(read_numbers(filled).unreadable) <= MOST_UNREADABLE * len(filled)
