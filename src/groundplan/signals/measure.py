"""Measures a signal under a scope: whole weeks, the small-group rule, windows, comparison.

Nothing leaves this file before at least `scope.floor` people stand behind it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from groundplan.facts.engines.duckdb import as_text
from groundplan.facts.engines.engine import Engine
from groundplan.inference.change import compare
from groundplan.inference.standing_out import stands_out
from groundplan.signals.groups import Groups, may_ask, read_group
from groundplan.signals.signal import (
    Block,
    Counted,
    Excluded,
    Part,
    Point,
    Reading,
    Rows,
    Sample,
    Signal,
)
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.period import monday_of
from groundplan.terms.scope import Scope

CLAIMS_ON_A_PAGE = 28  # changes that a reader is shown side by side: one a signal
MOST_WINDOWS = 16  # equal windows of a series, newest last
WEEK = np.timedelta64(7, "D")
NO_GROUP = Unknown(
    "numbers about people are those of a team over all repositories, from the day after it was "
    "added to the roster",
    0,
    1,
    "teams",
)


def measure(
    engine: Engine,
    signal: Signal,
    scope: Scope,
    as_of: datetime,
    snapshot: int,
    groups: Groups | None = None,
) -> Reading:
    """The reading of `signal` for the repositories of `scope`, up to the last whole week.

    Weeks are pooled into blocks in which at least `scope.floor` people stand behind the rows; the
    windows are unions of blocks, so that no two readings differ by fewer people than that.

    groups: the teams of the workspace, None in one without. Numbers about people are then those
    of the scope's team, or of everybody, over all repositories, and are given only where no
    difference of what any group is given shows fewer people (`inference/suppression.py`).
    """
    end = monday_of(as_of.date())
    rows, left_out = _select(engine, signal, scope, end)
    floor = scope.floor if signal.about_people else 1
    if signal.about_people and (groups is not None or scope.team):
        if groups is None or not may_ask(groups, scope.repos, scope.team):
            return _withheld(signal, scope, NO_GROUP, (), end, snapshot)
        rows, blocks = read_group(rows, signal, groups, scope.team, end, floor)
        left_out = {name: column[:0] for name, column in left_out.items()}
    else:
        blocks = pool_weeks(rows["week"], rows.get("person_id"), end, floor)
    windows = _windows(blocks, signal.window_weeks)
    if not windows:
        unknown = _too_few(signal, rows, floor)
        return _withheld(signal, scope, unknown, _reasons(left_out, None), end, snapshot)
    counted = _count(rows, [b for b in blocks if b.start_on >= windows[-1].start_on])
    return _read(signal, scope, rows, left_out, windows, snapshot, counted)


def _read(
    signal: Signal,
    scope: Scope,
    rows: Rows,
    left_out: Rows,
    windows: list[Block],
    snapshot: int,
    counted: tuple[Counted, ...],
) -> Reading:
    points = tuple(Point(window, _value(signal, rows, window)) for window in windows)
    newest = points[-1]
    before: Measured = (
        points[-2].value if len(points) > 1 else Unknown("no earlier window", 1, 2, "windows")
    )
    change = _change(newest.value, before)
    inside = _within(rows, newest.block)
    return Reading(
        signal=signal.name,
        version=signal.version,
        repos=scope.repos,
        window=newest.block,
        now=newest.value,
        before=before,
        change=change,
        series=points,
        parts=_parts(signal, rows, newest.block),
        people=_people(inside),
        rows=len(inside["week"]),
        excluded=_reasons(left_out, newest.block),
        snapshot=snapshot,
        counted=counted,
        stands_out=stands_out(
            change, [point.value for point in points[:-1]], comparisons=CLAIMS_ON_A_PAGE
        ),
    )


def pool_weeks(
    week: npt.NDArray[np.datetime64],
    person: npt.NDArray[np.object_] | None,
    end: date,
    floor: int,
) -> list[Block]:
    """Adjacent blocks of weeks, each with at least `floor` distinct people; oldest first.

    Built forward from the first week and closed as soon as they are large enough: what a later
    week brings never changes an earlier block, so two reports of different days cannot be
    subtracted from each other. Weeks after the last closed block are withheld.
    """
    if not len(week):
        return []
    first = week.min().astype("datetime64[D]")
    count = int((np.datetime64(end, "D") - first) // WEEK)
    position = ((week.astype("datetime64[D]") - first) // WEEK).astype(np.int64)
    members: list[set[object]] = [set() for _ in range(count)]
    if person is not None:
        for at, who in zip(position.tolist(), person.tolist(), strict=True):
            members[at].add(who)
    blocks: list[Block] = []
    start, people = 0, set[object]()
    for nr in range(count):
        people |= members[nr]
        if person is None or len(people) >= floor:
            blocks.append(Block(_day(first, start), _day(first, nr + 1)))
            start, people = nr + 1, set()
    return blocks


def _windows(blocks: list[Block], weeks: int) -> list[Block]:
    windows: list[Block] = []
    last: Block | None = None
    for block in reversed(blocks):
        last = Block(block.start_on, last.end_on if last else block.end_on)
        if last.weeks >= weeks:
            windows.append(last)
            last = None
        if len(windows) == MOST_WINDOWS:
            break
    if not windows and last is not None:
        windows.append(last)
    return windows[::-1]


def _select(engine: Engine, signal: Signal, scope: Scope, end: date) -> tuple[Rows, Rows]:
    """The rows of whole weeks before `end`, and those that the signal leaves out."""
    engine.lend("scope_repos", {"repo": as_text(scope.repos)})
    since = datetime(1980, 1, 1)  # noqa: DTZ001 - the mart's times are UTC without zone
    until = datetime.combine(end, time())
    rows: Rows = dict(engine.query(signal.select, {"since": since, "until": until}))
    known = ~np.ma.getmaskarray(rows["week"])
    rows["week"] = np.asarray(rows["week"]).astype("datetime64[D]")
    rows["week"][~known] = np.datetime64("NaT")
    left_out = {"week": rows["week"][:0], "excluded": rows["week"][:0]}
    if "excluded" in rows:
        reasons = rows.pop("excluded")
        out = ~np.ma.getmaskarray(reasons)
        left_out = {"week": rows["week"][out], "excluded": np.asarray(reasons[out], dtype=str)}
        known &= ~out
    known &= rows["week"] < np.datetime64(end, "D")
    return {name: column[known] for name, column in rows.items()}, left_out


def _reasons(left_out: Rows, window: Block | None) -> tuple[Excluded, ...]:
    """How many rows were left out, by reason: of the window, and those that have no week."""
    reasons = left_out["excluded"]
    if window is not None:
        reasons = reasons[_inside(left_out, window) | np.isnat(left_out["week"])]
    names, counts = np.unique(reasons, return_counts=True)
    return tuple(Excluded(str(name), int(n)) for name, n in zip(names, counts, strict=True))


def _inside(rows: Rows, window: Block) -> npt.NDArray[np.bool_]:
    first, end = np.datetime64(window.start_on, "D"), np.datetime64(window.end_on, "D")
    inside: npt.NDArray[np.bool_] = (rows["week"] >= first) & (rows["week"] < end)
    return inside


def _within(rows: Rows, window: Block) -> Rows:
    inside = _inside(rows, window)
    return {name: column[inside] for name, column in rows.items()}


def _sample(rows: Rows, window: Block) -> Sample:
    inside = _within(rows, window)
    weeks = np.arange(np.datetime64(window.start_on, "D"), np.datetime64(window.end_on, "D"), WEEK)
    return Sample(inside, weeks)


def _count(rows: Rows, blocks: list[Block]) -> tuple[Counted, ...]:
    return tuple(
        Counted(block, len(inside["week"]), _people(inside))
        for block in blocks
        for inside in [_within(rows, block)]
    )


def _value(signal: Signal, rows: Rows, window: Block) -> Measured:
    return signal.estimate(_sample(rows, window))


def _parts(signal: Signal, rows: Rows, window: Block) -> tuple[Part, ...]:
    return signal.parts(_sample(rows, window)) if signal.parts else ()


def _people(rows: Rows) -> int:
    person = rows.get("person_id")
    return 0 if person is None else len(set(person.tolist()))


def _change(now: Measured, before: Measured) -> Measured:
    if isinstance(now, Estimate) and isinstance(before, Estimate):
        return compare(now, before)
    return now if isinstance(now, Unknown) else before


def _too_few(signal: Signal, rows: Rows, floor: int) -> Unknown:
    people = _people(rows)
    if not len(rows["week"]):
        return Unknown(
            "nothing of this kind in any whole week yet", 0, signal.minimum, signal.minimum_of
        )
    reason = f"a team number needs {floor} people behind it"
    if people >= floor:
        reason = (
            f"a number needs {floor} people who stand behind no other number that is shown, and "
            "nobody who makes most of it"
        )
    return Unknown(reason, min(people, floor - 1), floor, "people")


def _withheld(
    signal: Signal,
    scope: Scope,
    unknown: Unknown,
    excluded: tuple[Excluded, ...],
    end: date,
    snapshot: int,
) -> Reading:
    return Reading(
        signal=signal.name,
        version=signal.version,
        repos=scope.repos,
        window=Block(end - timedelta(weeks=signal.window_weeks), end),
        now=unknown,
        before=unknown,
        change=unknown,
        series=(),
        parts=(),
        people=0,
        rows=0,
        excluded=excluded,
        snapshot=snapshot,
    )


def _day(first: np.datetime64, weeks: int) -> date:
    return date.fromisoformat(str(first + weeks * WEEK))
