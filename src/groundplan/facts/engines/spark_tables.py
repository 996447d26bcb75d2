"""The mart's tables as Parquet, for a cluster to measure on; pages go on reading the mart."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

from groundplan.facts.engines.duckdb import DuckDB, copy_parquet
from groundplan.facts.engines.spark import Spark
from groundplan.facts.kinds import FactKind
from groundplan.facts.mart_tables import TABLES


def tables_of(mart: Path) -> Path:
    """Where the Parquet tables of the mart at `mart` are; its name tells whose they are."""
    return mart.with_suffix(".tables")


def write_table(engine: DuckDB, table: FactKind, folder: Path, nr: int = 0) -> None:
    """Write a table of `engine` below `folder`, as the file of that number; whole or not at all."""
    (folder / table.name).mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{table.name}-{uuid.uuid4().hex}.unfinished"
    copy_parquet(engine, table, table.name, unfinished)
    unfinished.replace(folder / file_of(table, nr))


def file_of(table: FactKind, nr: int) -> Path:
    """The file of that number, below the folder of all tables."""
    return Path(table.name) / f"{nr:06}.parquet"


def export_tables(mart: DuckDB, path: Path) -> None:
    """Write every table of the mart at `path` beside it, whole or not at all."""
    unfinished = begin_tables(path)
    for table in TABLES:
        write_table(mart, table, unfinished)
    place_tables(unfinished, path)


def begin_tables(mart: Path) -> Path:
    """An empty folder beside the mart at `mart`, for its tables until they are whole."""
    folder = mart.with_suffix(".unfinished-tables")
    delete(folder)
    folder.mkdir(parents=True)
    return folder


def place_tables(folder: Path, mart: Path) -> None:
    """Make the tables in `folder` those of the mart at `mart`."""
    kept = {table.name for table in TABLES}
    for left in folder.iterdir():
        if left.name not in kept:
            delete(left)  # of workers that were lost
    delete(tables_of(mart))
    folder.replace(tables_of(mart))


def delete(path: Path) -> None:
    """Delete a mart, or the tables of one."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def show_tables(engine: Spark, folder: Path) -> None:
    """Make the tables below `folder` readable under the mart's names."""
    for table in TABLES:
        paths = sorted((folder / table.name).glob("*.parquet"))
        engine.show(table.name, table, [str(path) for path in paths])
