"""Appended once, visible at once or not at all, whatever is killed and whoever else writes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from groundplan.facts import ledger as ledger_module
from groundplan.facts.code import TREE
from groundplan.facts.engines.duckdb import Columns, DuckDB
from groundplan.facts.ledger import Ledger
from groundplan.terms.errors import BadInput, Refused, SourceBroken, SourceDown


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "w", clock)


def tree(*paths: str) -> Columns:
    return {
        "repo": np.array(["r"] * len(paths), dtype=object),
        "path": np.array(paths, dtype=object),
        "entry": np.array(["file"] * len(paths), dtype=object),
    }


def paths_in(ledger: Ledger) -> list[str]:
    relation = ledger.snapshot().relation(TREE)
    return [row[0] for row in DuckDB().rows(f"select path from {relation} order by path")]


def test_nothing_is_visible_before_the_commit(ledger: Ledger) -> None:
    with ledger.run("r") as run:
        segment = run.write(DuckDB(), TREE, tree("a"), "1")
        assert paths_in(ledger) == []
        run.commit("read", [segment], {"tip": 1})
    assert paths_in(ledger) == ["a"]
    cursor = ledger.cursor("r")
    assert cursor is not None
    assert cursor.state == {"tip": 1}


def test_the_same_part_replaces_and_another_appends(ledger: Ledger) -> None:
    with ledger.run("r") as run:
        run.commit("one", [run.write(DuckDB(), TREE, tree("a"), "1")])
        run.commit("two", [run.write(DuckDB(), TREE, tree("b"), "2")])
        run.commit("again", [run.write(DuckDB(), TREE, tree("c"), "1")])
    assert paths_in(ledger) == ["b", "c"]


def test_a_state_kind_is_replaced_whole(ledger: Ledger) -> None:
    with ledger.run("r") as run:
        run.commit("one", [run.write(DuckDB(), TREE, tree("a", "b"), "1")])
        run.commit("two", [run.write(DuckDB(), TREE, tree("c"), "2")], replace=[TREE])
    assert paths_in(ledger) == ["c"]


def test_an_old_snapshot_stays_readable(ledger: Ledger) -> None:
    with ledger.run("r") as run:
        run.commit("one", [run.write(DuckDB(), TREE, tree("a"), "1")])
    before = ledger.snapshot()
    with ledger.run("r") as run:
        run.commit("two", [run.write(DuckDB(), TREE, tree("b"), "1")])
    with ledger.run("r"):
        pass
    assert DuckDB().rows(f"select path from {before.relation(TREE)}") == [("a",)]


def test_two_runs_of_one_source_do_not_meet(ledger: Ledger) -> None:
    with ledger.run("r"):
        other = Ledger(ledger.folder, clock)
        with pytest.raises(Refused, match="another process"), other.run("r"):
            pass
        with other.run("s"):
            pass


def test_a_cursor_moved_by_another_is_refused(ledger: Ledger) -> None:
    with ledger.run("r") as run:
        run.commit("one", [], {"tip": 1})
        late = Ledger(ledger.folder, clock)
        late._manifest.commit("r", "elsewhere", "now", [], [], late.cursor("r"), {"tip": 2})
        with pytest.raises(Refused, match="meanwhile"):
            run.commit("two", [], {"tip": 3})
    cursor = ledger.cursor("r")
    assert cursor is not None
    assert cursor.state == {"tip": 2}


def _write_for_ever(folder: str, told: int) -> None:
    ledger = Ledger(Path(folder), clock)
    engine = DuckDB(threads=1)
    with ledger.run("r") as run:
        cursor = run.cursor()
        nr = cursor.state["nr"] if cursor else 0
        while True:
            nr += 1
            run.commit("one", [run.write(engine, TREE, tree(f"{nr:06}"), str(nr))], {"nr": nr})
            os.write(told, f"{nr}\n".encode())


def test_a_killed_writer_loses_and_repeats_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    spawn = multiprocessing.get_context("fork")
    rng = np.random.default_rng(11)
    for _ in range(12):
        read, write = os.pipe()
        process = spawn.Process(target=_write_for_ever, args=(str(folder), write))
        process.start()
        os.close(write)
        first = os.read(read, 64)
        time.sleep(float(rng.uniform(0, 0.08)))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        told = first
        while chunk := os.read(read, 65536):
            told += chunk
        os.close(read)
        acknowledged = int(told.split()[-1])
        ledger = Ledger(folder, clock)
        cursor = ledger.cursor("r")
        assert cursor is not None
        assert cursor.state["nr"] in (acknowledged, acknowledged + 1)
        assert paths_in(ledger) == [f"{nr:06}" for nr in range(1, cursor.state["nr"] + 1)]
        ledger.close()
    with Ledger(folder, clock).run("r"):
        left = {path.name for path in (folder / "segments" / "r").iterdir()}
    assert len(left) == cursor.state["nr"], "files of killed writers are swept"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "MANY_SEGMENTS", 4)


def append(ledger: Ledger, *paths: str) -> None:
    with ledger.run("r") as run:
        for path in paths:
            run.commit("one", [run.write(DuckDB(), TREE, tree(path), path)])


def compact(ledger: Ledger, *keep: str) -> int:
    with ledger.run("r") as run:
        return run.compact(DuckDB(threads=1), TREE, keep)


def test_small_segments_become_one(ledger: Ledger, few: None) -> None:
    append(ledger, "a", "b", "c")
    assert compact(ledger) == 0
    append(ledger, "d", "e")
    before = ledger.snapshot()
    assert compact(ledger, "b") == 4
    assert paths_in(ledger) == ["a", "b", "c", "d", "e"]
    assert [s.part for s in ledger.snapshot().segments] == ["b", "a..e"]
    assert compact(ledger) == 0
    assert DuckDB().rows(f"select count(*) from {before.relation(TREE)}") == [(5,)]
    with ledger.run("r") as run:  # what was kept can still be replaced, and only that
        run.commit("again", [run.write(DuckDB(), TREE, tree("B"), "b")])
    assert paths_in(ledger) == ["B", "a", "c", "d", "e"]


def test_large_segments_stay(ledger: Ledger, few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "SMALL_ROWS", 2)
    append(ledger, "a", "b", "c")
    with ledger.run("r") as run:
        run.commit("large", [run.write(DuckDB(), TREE, tree("x", "y"), "large")])
    assert compact(ledger) == 0
    append(ledger, "d")
    assert compact(ledger) == 4
    assert paths_in(ledger) == ["a", "b", "c", "d", "x", "y"]


def test_replaced_files_stay_as_long_as_readers_may_take(tmp_path: Path, few: None) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    ledger = Ledger(tmp_path / "w", lambda: now[0])
    append(ledger, "a", "b", "c", "d")
    for path in (ledger.folder / "segments/r").iterdir():
        os.utime(path, (0, 0))  # written long ago, but replaced only now
    before = ledger.snapshot()
    now[0] += timedelta(days=9)
    assert compact(ledger) == 4
    now[0] += timedelta(minutes=59)
    append(ledger)
    assert DuckDB().rows(f"select count(*) from {before.relation(TREE)}") == [(4,)]
    now[0] += timedelta(minutes=2)
    append(ledger)
    assert len(list((ledger.folder / "segments/r").iterdir())) == 1
    assert paths_in(ledger) == ["a", "b", "c", "d"]


def test_a_segment_replaced_by_another_is_refused(
    ledger: Ledger, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(ledger, "a", "b", "c", "d")
    late = Ledger(ledger.folder, clock)
    copy = ledger_module.copy_parquet

    def meanwhile(*args: Any) -> int:
        old = ledger.snapshot().segments[0]
        late._manifest.commit("r", "elsewhere", "now", [replace(old, path="r/x")], [], None, None)
        return copy(*args)

    monkeypatch.setattr(ledger_module, "copy_parquet", meanwhile)
    with pytest.raises(Refused, match="meanwhile"):
        compact(ledger)
    assert [s.part for s in ledger.snapshot().segments] == ["b", "c", "d", "a"]


def _compact_for_ever(folder: str, told: int) -> None:
    ledger = Ledger(Path(folder), clock)
    engine = DuckDB(threads=1)
    ledger_module.MANY_SEGMENTS = 3
    with ledger.run("r") as run:
        cursor = run.cursor()
        nr = cursor.state["nr"] if cursor else 0
        while True:
            nr += 1
            run.commit("one", [run.write(engine, TREE, tree(f"{nr:06}"), str(nr))], {"nr": nr})
            run.compact(engine, TREE)
            os.write(told, b".")


def test_a_compaction_killed_anywhere_loses_and_repeats_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    fork = multiprocessing.get_context("fork")
    rng = np.random.default_rng(12)
    for _ in range(15):
        read, write = os.pipe()
        process = fork.Process(target=_compact_for_ever, args=(str(folder), write))
        process.start()
        os.close(write)
        os.read(read, 1)
        time.sleep(float(rng.uniform(0, 0.08)))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        os.close(read)
        ledger = Ledger(folder, clock)
        cursor = ledger.cursor("r")
        assert cursor is not None
        assert paths_in(ledger) == [f"{nr:06}" for nr in range(1, cursor.state["nr"] + 1)]
        ledger.close()
    assert len(Ledger(folder, clock).snapshot().segments) <= 4


def test_a_manifest_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "segments").mkdir()
    (tmp_path / "manifest.sqlite").write_text("this is a shopping list, not a database" * 50)
    with pytest.raises(SourceBroken, match="rebuild"):
        Ledger(tmp_path, clock)


def test_a_newer_schema_is_refused(ledger: Ledger) -> None:
    ledger.close()
    connection = sqlite3.connect(ledger.folder / "manifest.sqlite")
    connection.execute("pragma user_version = 99")
    connection.commit()
    connection.close()
    with pytest.raises(Refused, match="newer Groundplan"):
        Ledger(ledger.folder, clock)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceDown, match="--workspace"):
        Ledger(tmp_path / "file" / "w", clock)


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "a\0b"])
def test_names_of_sources(ledger: Ledger, name: str) -> None:
    with pytest.raises(BadInput, match="source"), ledger.run(name):
        pass
