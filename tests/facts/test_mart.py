"""From a real repository to the tables that pages read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.ledger import Ledger
from groundplan.facts.mart import RepoInfo, build
from groundplan.facts.mart_tables import TABLES
from groundplan.inference import go_to
from groundplan.sources.git.ingest import ingest
from groundplan.terms.progress import Silent
from tests.histories import ANN, BEN, BOT, History

START = datetime(2026, 1, 5, 9)  # a Monday
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def day(nr: float) -> datetime:
    return START + timedelta(days=nr)


def clock() -> datetime:
    return NOW


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDB]:
    folder = tmp_path_factory.mktemp("mart")
    history = History(folder / "sample")
    history.commit({"core/a.py": "1\n2\n3\n", "README.md": "# Hi\n"}, "Add the core", at=day(0))
    history.git("checkout", "-q", "-b", "topic")
    history.commit({"core/b.py": "1\n"}, "Add b", by=BEN, at=day(1))
    history.commit({"core/b.py": "1\n2\n"}, "Fix a crash in b", by=BEN, at=day(2))
    history.git("checkout", "-q", "main")
    history.commit({"core/c.py": "x\n"}, "Work on c", at=day(3))
    history.merge("topic", at=day(4.5), subject="Merge topic")
    history.git("mv", "core/a.py", "core/renamed.py")
    history.commit({}, "Move a", at=day(7))
    history.git("checkout", "-q", "-b", "pull")
    history.commit({"core/d.py": "1\n"}, "wip", by=BEN, at=day(8))
    tip = history.commit({"core/d.py": "1\n2\n"}, "more", by=BEN, at=day(9))
    history.git("update-ref", "refs/pull/12/head", tip)
    history.git("checkout", "-q", "main")
    history.git("branch", "-q", "-D", "pull")
    history.commit(
        {"core/d.py": "1\n2\n"},
        f"Add d (#12)\n\nCo-authored-by: {ANN}",
        by=BEN,
        at=day(10),
    )
    history.commit({"README.md": "# Hello\n"}, "Bump things", by=BOT, at=day(11))
    history.commit(
        {"core/c.py": None}, "Time travel", at=datetime(1975, 1, 1), committed_at=day(12)
    )
    history.commit({f"many/{nr}": "" for nr in range(120)}, "Import", at=day(14))
    ledger = Ledger(folder / "w", clock)
    ingest(ledger, history.path, folder / "w" / "shadow", Silent(), clock=clock)
    path = folder / "mart.duckdb"
    info = [RepoInfo("sample", "sample", "refs/heads/main", shallow=False)]
    build(ledger.snapshot(), info, [], NOW, path, Silent(), go_to.settings())
    engine = DuckDB(path, read_only=True)
    yield engine
    engine.close()


def test_landings(mart: DuckDB) -> None:
    rows = mart.rows(
        "select subject, via, first_authored_at, landed_at, commits, actor, kind, added, files "
        "from landings order by landing_nr"
    )
    assert rows == [
        ("Add the core", "direct", None, day(0), 1, "human", "feature", 4, 2),
        ("Work on c", "direct", None, day(3), 1, "human", "other", 1, 1),
        ("Merge topic", "merge", day(1), day(4.5), 2, "human", "feature", 2, 2),
        ("Move a", "direct", None, day(7), 1, "human", "chore", 0, 1),
        ("Add d (#12)", "squash", day(8), day(10), 1, "human", "feature", 2, 1),
        ("Bump things", "direct", None, day(11), 1, "bot", "docs", 1, 1),
        ("Time travel", "direct", None, day(12), 1, "human", "other", 0, 1),
        ("Import", "direct", None, day(14), 1, "human", "other", 0, 120),
    ]


def test_a_renamed_file_keeps_its_changes(mart: DuckDB) -> None:
    rows = mart.rows(
        "select c.path, c.status, c.added from changes c join files f using (repo, file_id) "
        "where f.path = 'core/renamed.py' order by c.order_nr"
    )
    assert rows == [("core/a.py", "A", 3), ("core/renamed.py", "R", 0)]


def test_files_and_areas(mart: DuckDB) -> None:
    assert mart.rows("select path, alive from files where path like 'core/%' order by path") == [
        ("core/b.py", True),
        ("core/c.py", False),
        ("core/d.py", True),
        ("core/renamed.py", True),
    ]
    assert mart.rows("select area, alive_files from areas order by area") == [
        (".", 4),
        ("many", 120),
    ]


def test_times_that_cannot_be_keep_their_row_without_a_week(mart: DuckDB) -> None:
    rows = mart.rows("select authored_week, landed_week from commits where subject = 'Time travel'")
    assert rows == [(None, date(2026, 1, 12))]


def test_merges_have_no_files_and_bulk_is_marked(mart: DuckDB) -> None:
    assert mart.rows("select files, added, is_landing from commits where is_merge") == [
        (None, None, True)
    ]
    assert mart.rows("select distinct bulk from changes where path like 'many/%'") == [(True,)]
    assert mart.rows("select count(*) from changes where bulk") == [(120,)]


def test_credits_name_each_person_once_for_a_commit(mart: DuckDB) -> None:
    rows = mart.rows(
        "select p.name, c.part from credits c join people p using (person_id) "
        "join commits k using (repo, commit_id) where k.subject = 'Add d (#12)' order by c.part"
    )
    assert rows == [("Ben Example", "author"), ("Ann Example", "coauthor")]


def test_the_repository(mart: DuckDB) -> None:
    assert mart.rows("select repo, main_ref, as_of, commits, lines_pending from repos") == [
        ("sample", "refs/heads/main", day(14), 10, 0)
    ]


def test_the_mart_is_as_declared(mart: DuckDB) -> None:
    for table in TABLES:
        built = [(row[0], row[1]) for row in mart.rows(f"describe {table.name}")]
        assert built == [(column.name, column.type.value) for column in table.columns], table.name
    names = mart.rows("select table_name from information_schema.tables order by table_name")
    assert [name for (name,) in names] == sorted(table.name for table in TABLES)
