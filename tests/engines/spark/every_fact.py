"""A workspace with facts of every kind: repositories, their host, a place that only deploys, a
tracker, calendars, and one row of whatever none of them tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from groundplan.facts.calendar import CALENDAR_KINDS, CALENDAR_WEEKS, source_of
from groundplan.facts.code import CODE_KINDS
from groundplan.facts.engines.duckdb import Columns, DuckDB, as_columns, empty_columns
from groundplan.facts.host import HOST_KINDS, RELEASES, RUNS
from groundplan.facts.host_items import INCIDENTS
from groundplan.facts.kinds import FactKind, Type
from groundplan.facts.ledger import Ledger
from groundplan.facts.said import SAID_LINKS, SAID_SPELLS, SAID_WEEKS, Said
from groundplan.facts.work import WORK_KINDS
from groundplan.sources.csv.ingest import ingest_items
from groundplan.sources.git.ingest import ingest
from groundplan.terms.progress import Silent
from tests.histories import ANN, BEN, BOT, History
from tests.items import table
from tests.many_repositories import clock, make
from tests.organisations import TEAM, Organisation, address
from tests.sources.github.githubs import Place
from tests.sources.http_server import Clock, serving

KINDS = (*CODE_KINDS, *WORK_KINDS, *HOST_KINDS, *CALENDAR_KINDS)
START = datetime(2024, 1, 1, 9)  # a Monday
WEEKS = 12
SIMPLE = ("zeta", "alpha", "middle")
Rows = Mapping[FactKind, list[dict[str, Any]]]


def day(nr: float) -> datetime:
    return START + timedelta(days=nr)


def tell_everything(folder: Path) -> Path:
    """The workspace's folder."""
    workspace = folder / "w"
    organisation = Organisation(folder / "engine", WEEKS)
    place = Place(workspace, Clock(organisation.end))
    with closing(place), serving(organisation.world.answer, clock=place.clock) as server:
        place.sync(server)
    with closing(Ledger(workspace, clock)) as ledger:
        paths = [make(folder / name, 50, 86_400) for name in SIMPLE]
        for path in (*paths, _eventful(folder / "sample"), organisation.history.path):
            ingest(ledger, path, workspace / "shadow", Silent(), clock=clock)
        (folder / "board.csv").write_text(_items())
        ingest_items(ledger, folder / "board.csv", clock=clock, columns={})
        for nr, login in enumerate(TEAM):
            mail = address(login).rpartition("<")[2].rstrip(">")
            _write(ledger, source_of(mail), {CALENDAR_WEEKS: list(_weeks(nr))})
        _write(ledger, "items:deploys", _deploys())
        _write(ledger, "items:rest", {kind: [{}] for kind in _untold(ledger)})
    return workspace


def said() -> Said:
    """What six people let count of their calendars and of being stuck."""
    links = [
        {"colleague": login, "nr": 0, "name": address(login).rpartition(" <")[0],
         "email": address(login).rpartition("<")[2].rstrip(">")}
        for login in TEAM
    ]  # fmt: skip
    spells = [
        {"colleague": login, "began_at": day(nr), "hours": nr / 3, "over": nr % 2 == 0,
         "answer_hours": nr / 7 if nr % 3 else None, "answered": nr % 3 == 1, "seen": nr}
        for nr, login in enumerate(TEAM * 2)
    ]  # fmt: skip
    return Said(
        weeks=columns(SAID_WEEKS, [{**row, "colleague": "ann"} for row in _weeks(9)]),
        spells=columns(SAID_SPELLS, spells),
        links=columns(SAID_LINKS, links),
    )


def _eventful(path: Path) -> Path:
    """Renames, copies, merges, a squash with its pull ref, a mailmap, an import, odd times."""
    history = History(path)
    history.commit({"core/a.py": "1\n2\n3\n", "README.md": "# Hi\n"}, "Add the core", at=day(0))
    history.git("checkout", "-q", "-b", "topic")
    history.commit({"core/b.py": "1\n"}, "Add b", by=BEN, at=day(1), zone="+0530")
    history.commit({"core/b.py": "1\n2\n"}, "Fix a crash in b", by=BEN, at=day(2))
    history.git("checkout", "-q", "main")
    history.commit({"core/c.py": "x\n"}, f"Work on c\n\nReviewed-by: {BEN}", at=day(3))
    history.merge("topic", at=day(4.5), subject="Merge topic")
    history.git("mv", "core/a.py", "core/renamed é.py")
    history.commit({}, "Move a", at=day(7))
    history.git("checkout", "-q", "-b", "pull")
    tip = history.commit({"core/d.py": "1\n"}, "wip", by=BEN, at=day(8))
    history.git("update-ref", "refs/pull/12/head", tip)
    history.git("checkout", "-q", "main")
    history.git("branch", "-q", "-D", "pull")
    history.commit(
        {"core/d.py": "1\n2\n"}, f"Add d (#12)\n\nCo-authored-by: {ANN}", by=BEN, at=day(10)
    )
    history.commit({".mailmap": f"{BEN} <other@example.com>\n"}, "Bump things", by=BOT, at=day(11))
    history.commit(
        {"core/c.py": None}, "Time travel", at=datetime(1975, 1, 1), committed_at=day(12)
    )
    history.commit({f"many/{nr}": "" for nr in range(120)}, "Import", at=day(14))
    history.commit({"core/d.py": ""}, "Empty d", by="Ben <other@example.com>", at=day(15))
    return history.path


def _items() -> str:
    rows = [
        (nr, f"Item {nr}", day(nr), ("To do", "In progress", "Done")[nr % 3],
         "Ann Example" if nr % 2 else "Nobody Known", 1 if nr > 1 else "")
        for nr in range(1, 30)
    ]  # fmt: skip
    return table("id,title,created,status,assignee,parent", *rows)


def _weeks(nr: int) -> Iterator[dict[str, Any]]:
    for week in range(WEEKS):
        monday = date(2024, 1, 1) + timedelta(weeks=week)
        hours = {"working_hours": 40.0, "meeting_hours": 1.1 * nr + week / 7}
        yield {"week_on": monday, "days": 5, **hours, "focus_hours": 20.5, "broken_hours": 3.3}


def _deploys() -> Rows:
    """Of no clone: what runs, releases and incidents of a place come to."""
    runs = [
        {"run_id": f"{nr}", "attempt": 1, "workflow": "Deploy", "event": "push",
         "result": "failure" if nr % 4 == 0 else "success", "name": "ann",
         "email": "ann@users.noreply.github.com", "created_at": day(nr), "started_at": day(nr),
         "finished_at": day(nr + 0.1), "updated_at": day(nr + 0.1)}
        for nr in range(20)
    ]  # fmt: skip
    release = {"release_id": "1", "tag": "v1", "state": "released", "released_at": day(20.5)}
    incident = {"incident_id": "i", "environment": "production", "started_at": day(5.5)}
    told = {"resolved_at": day(6), "told_at": day(6)}
    return {RUNS: runs, RELEASES: [release], INCIDENTS: [{**incident, **told}]}


def _untold(ledger: Ledger) -> list[FactKind]:
    told = {segment.kind for segment in ledger.snapshot().segments if segment.row_count}
    return [kind for kind in KINDS if kind.name not in told]


def _write(ledger: Ledger, source: str, rows: Rows) -> None:
    engine = DuckDB(threads=1)
    with ledger.run(source) as run:
        told = {kind: [{"source": source, **row} for row in rows[kind]] for kind in rows}
        written = [run.write(engine, kind, columns(kind, told[kind]), "all") for kind in rows]
        run.commit("told", written, {})
    engine.close()


def columns(kind: FactKind, rows: list[dict[str, Any]]) -> Columns:
    """Rows of a kind; what they do not say is null or empty."""
    lists = empty_columns(kind)
    blank = {c.name: "" if c.type is Type.TEXT else None for c in kind.columns}
    for row in rows:
        for name, column in lists.items():
            column.append({**blank, "seen": 1, **row}[name])
    return as_columns(kind, lists)
