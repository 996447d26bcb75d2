"""The ledger's segments as tables of a Spark session, looked at before any question rests on them.

Spark reads a missing column as nulls and meets a broken file in the middle of a long job; so each
file's footer is read first, by the workers, and the file that is wrong is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.engines.spark import Spark
from groundplan.facts.kinds import FactKind
from groundplan.facts.ledger import Snapshot
from groundplan.facts.manifest import REREAD
from groundplan.terms.errors import GroundplanError, SourceBroken

FILES_A_TASK: Final = 200


@dataclass(frozen=True, slots=True)
class Footers:
    """Files of one kind whose footers one task reads."""

    kind: FactKind
    paths: tuple[str, ...]


def show_facts(engine: Spark, snapshot: Snapshot, kinds: Sequence[FactKind]) -> None:
    """Make the facts of each kind readable as `raw_<kind>`, as the mart's SQL calls them.

    Refused for a form that this version does not know; SourceBroken names a file that is missing,
    damaged, or not of its kind.
    """
    found = {kind: tuple(map(str, snapshot.files(kind))) for kind in kinds}
    tasks = [
        Footers(kind, paths[first : first + FILES_A_TASK])
        for kind, paths in found.items()
        for first in range(0, len(paths), FILES_A_TASK)
    ]
    for trouble in filter(None, engine.spread(find_trouble, tasks) if tasks else ()):
        raise SourceBroken(trouble, REREAD)
    for kind, paths in found.items():
        engine.show(f"raw_{kind.name}", kind, paths)


def find_trouble(footers: Footers) -> str | None:
    """What is wrong with the first of some files that cannot be read as its kind; on a worker."""
    wanted = {column.name: column.type.value for column in footers.kind.columns}
    engine = DuckDB(threads=1)
    try:
        for path in footers.paths:
            quoted = path.replace("'", "''")
            try:
                told = engine.rows(f"describe select * from read_parquet('{quoted}')")
            except (duckdb.Error, GroundplanError) as error:
                gone = "" if Path(path).exists() else " (the file is gone)"
                return f"{path}: no readable Parquet file{gone}: {str(error).splitlines()[0]}"
            have = {name: kind for name, kind, *_ in told}
            if have != wanted:
                strange = sorted(f"{n} {t}" for n, t in have.items() ^ wanted.items())
                return f"{path}: other columns than {footers.kind.name} has: {', '.join(strange)}"
    finally:
        engine.close()
    return None
