"""The mart's tables as Parquet, for a cluster to measure on; pages go on reading the mart."""

from __future__ import annotations

import shutil
from pathlib import Path

from groundplan.facts.engines.duckdb import DuckDB, copy_parquet
from groundplan.facts.engines.spark import Spark
from groundplan.facts.mart_tables import TABLES


def tables_of(mart: Path) -> Path:
    """Where the Parquet tables of the mart at `mart` are; its name tells whose they are."""
    return mart.with_suffix(".tables")


def export_tables(mart: DuckDB, folder: Path) -> None:
    """Write every table of a mart below `folder`, whole or not at all."""
    unfinished = folder.with_suffix(".unfinished-tables")
    shutil.rmtree(unfinished, ignore_errors=True)
    for table in TABLES:
        (unfinished / table.name).mkdir(parents=True)
        copy_parquet(mart, table, table.name, unfinished / table.name / "0.parquet")
    unfinished.replace(folder)


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
