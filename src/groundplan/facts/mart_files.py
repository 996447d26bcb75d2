"""The mart's files: every path ever named, followed through renames and put into an area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from groundplan.facts.areas import assign_areas, find_areas
from groundplan.facts.engines.duckdb import Columns, DuckDB, as_text
from groundplan.facts.lineage import Lineage, follow

_SPANS = {"repo": object, "path_id": np.int64, "from_order": np.int64, "file_id": np.int64}
_FILES = {
    "repo": object,
    "file_id": np.int64,
    "path": object,
    "area": object,
    "alive": np.bool_,
    "entry": object,
}


def follow_files(engine: DuckDB) -> None:
    """Make the tables `path_spans` (scaffolding) and `files` (without counts yet)."""
    engine.execute(
        "create table raw_paths as select repo, path, "
        "row_number() over (partition by repo order by path) - 1 as path_id from ("
        "select repo, path from raw_changes semi join raw_landings using (repo, commit_id) "
        "union select repo, source_path from raw_changes "
        "semi join raw_landings using (repo, commit_id) where source_path is not null "
        "union select repo, path from raw_tree) p"
    )
    repos = [row[0] for row in engine.rows("select repo from repo_info order by repo")]
    parts = [_follow(engine, repo) for repo in repos]
    engine.load("path_spans", _join([spans for spans, _ in parts], _SPANS))
    engine.load("files", _join([files for _, files in parts], _FILES))


def _follow(engine: DuckDB, repo: str) -> tuple[Columns, Columns]:
    events = engine.query(
        "select l.order_nr, c.status, p.path_id as path, coalesce(s.path_id, -1) as source "
        "from raw_changes c join raw_landings l using (repo, commit_id) "
        "join raw_paths p on p.repo = c.repo and p.path = c.path "
        "left join raw_paths s on s.repo = c.repo and s.path = c.source_path "
        "where c.repo = :repo and c.status in ('A', 'D', 'R', 'C') "
        # Within a commit a rename frees its old path before another file takes it.
        "order by l.order_nr, case c.status when 'D' then 0 when 'R' then 1 else 2 end, c.path",
        {"repo": repo},
    )
    known = engine.query(
        "select p.path_id, p.path, t.entry, coalesce(x.last_order, -1) as last_order, "
        "t.path is not null as alive from raw_paths p "
        "left join raw_tree t on t.repo = p.repo and t.path = p.path "
        "left join (select c.path, max(l.order_nr) as last_order from raw_changes c "
        "join raw_landings l using (repo, commit_id) where c.repo = :repo group by c.path) x "
        "on x.path = p.path where p.repo = :repo order by p.path_id",
        {"repo": repo},
    )
    found = follow(
        np.asarray(events["order_nr"], dtype=np.int64),
        np.asarray(events["status"], dtype=object),
        np.asarray(events["path"], dtype=np.int64),
        np.asarray(events["source"], dtype=np.int64),
    )
    return _files_of(repo, known, found)


def _files_of(repo: str, known: Columns, found: Lineage) -> tuple[Columns, Columns]:
    """Spans and files of one repository, with a file for every path that no event named."""
    paths = np.asarray(known["path"], dtype=object)
    in_tree = np.asarray(known["alive"], dtype=bool)
    entries = np.ma.getdata(known["entry"]).copy()
    entries[~in_tree] = None
    unnamed = np.setdiff1d(np.arange(len(paths)), found.path_id)
    first = len(found.last_path)
    spans = {
        "repo": np.full(len(found.path_id) + len(unnamed), repo, dtype=object),
        "path_id": np.concatenate([found.path_id, unnamed]),
        "from_order": np.concatenate([found.from_order, np.full(len(unnamed), -1)]),
        "file_id": np.concatenate([found.file_id, first + np.arange(len(unnamed))]),
    }
    ends = np.concatenate([found.last_path, unnamed])
    holds = np.concatenate([found.holds_path, np.ones(len(unnamed), dtype=bool)])
    names = paths[ends]
    areas = find_areas(paths[in_tree].tolist())
    files = {
        "repo": np.full(len(ends), repo, dtype=object),
        "file_id": np.arange(len(ends), dtype=np.int64),
        "path": names,
        "area": as_text(assign_areas(names.tolist(), areas)),
        "alive": in_tree[ends] & holds,
        "entry": entries[ends],
    }
    return spans, files


def _join(parts: Sequence[Columns], types: Mapping[str, Any]) -> Columns:
    return {
        name: np.concatenate([np.empty(0, dtype=dtype), *(part[name] for part in parts)])
        for name, dtype in types.items()
    }
