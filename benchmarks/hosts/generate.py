"""Facts of a repository with very many pull requests, every value from a seed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from groundplan.facts.code import CHANGES, COMMITS, LANDINGS, TREE
from groundplan.facts.engines.duckdb import DuckDB, as_text
from groundplan.facts.host import DEPLOYMENTS, PULL_COMMITS, PULLS, THREAD_EVENTS
from groundplan.facts.kinds import FactKind, Type
from groundplan.facts.ledger import Ledger

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIRST = np.datetime64("2016-01-04T00:00:00", "us")
MINUTE = np.timedelta64(60_000_000, "us")
PEOPLE = 400
REPO, HOST = "tool", "items:github-ann-tool"
Columns = dict[str, Any]


def generate(folder: Path, pulls: int) -> Ledger:
    """A workspace's facts: its main line, what the host told of pull requests and deployments."""
    rng, engine = np.random.default_rng(7), DuckDB()
    ledger = Ledger(folder, lambda: NOW)
    span = 10 * 365 * 24 * 60
    opened = FIRST + np.sort(rng.integers(0, span, pulls)) * MINUTE
    author = _skewed(rng, pulls)
    review = opened + _minutes(rng, 300, 2.0, pulls)
    merged = review + _minutes(rng, 900, 1.5, pulls)
    order = np.argsort(merged, kind="stable")
    landing = np.empty(pulls, dtype=np.int64)
    landing[order] = np.arange(pulls)
    merges = _ids("m", pulls)
    with ledger.run(REPO) as run:
        tables = _git(merges, merged, author, landing, rng)
        written = [run.write(engine, kind, each, "all") for kind, each in tables.items()]
        run.commit("made", written, {"name": REPO, "main_ref": "refs/heads/main", "path": "x"})
    with ledger.run(HOST) as run:
        tables = _host(merges, opened, review, merged, author, order, rng)
        written = [run.write(engine, kind, each, "all") for kind, each in tables.items()]
        run.commit("made", written, {"name": "ann/tool"})
    engine.close()
    return ledger


def _git(
    merges: Any, merged: Any, author: Any, landing: Any, rng: np.random.Generator
) -> dict[FactKind, Columns]:
    count = len(merges)
    names, mails = _people("Person {} Example", "p{}@mail.example", author)
    commits = {
        "repo": REPO, "commit_id": merges, "parents": "", "parent_count": 1,
        "author_name": names, "author_email": mails, "authored_at": merged,
        "author_offset_minutes": 0, "committer_name": names, "committer_email": mails,
        "committed_at": merged, "committer_offset_minutes": 0, "body": "", "boundary": False,
        "subject": as_text([f"Change it (#{nr + 1})" for nr in range(count)]),
    }  # fmt: skip
    landings = {
        "repo": REPO, "commit_id": merges, "landed_by": merges, "landing_nr": landing,
        "order_nr": landing,
    }  # fmt: skip
    files = rng.integers(0, 4_000, count)
    changes = {
        "repo": REPO, "commit_id": merges, "parent_nr": 0, "status": "M", "entry": "file",
        "path": as_text([f"area{nr % 25}/f{nr}.py" for nr in files.tolist()]), "lines": "counted",
        "added": rng.integers(1, 90, count), "deleted": rng.integers(0, 30, count),
    }  # fmt: skip
    tables = {COMMITS: commits, LANDINGS: landings, CHANGES: changes}
    paths = as_text(sorted(set(changes["path"].tolist())))
    tree = fill(TREE, {"repo": REPO, "path": paths, "entry": "file"}, len(paths))
    return {kind: fill(kind, each, count) for kind, each in tables.items()} | {TREE: tree}


def _host(
    merges: Any,
    opened: Any,
    review: Any,
    merged: Any,
    author: Any,
    order: Any,
    rng: np.random.Generator,
) -> dict[FactKind, Columns]:
    count = len(merges)
    keys = as_text([str(nr + 1) for nr in range(count)])
    logins, hidden = _people("login{}", "{}+login{}@users.noreply.github.com", author)
    pulls = {
        "key": keys, "title": "Change it", "state": "merged", "draft": False,
        "author_name": logins, "author_email": hidden, "created_at": opened, "updated_at": merged,
        "closed_at": merged, "merged_at": merged, "base_ref": "main", "merge_commit": merges,
        "head_commit": _ids("b", count),
    }  # fmt: skip
    branch = {
        "key": keys, "nr": 0, "commit_id": _ids("b", count), "subject": "Change it",
        "authored_at": opened - _minutes(rng, 600, 1.0, count), "committed_at": opened,
    }  # fmt: skip
    asked = count // 2  # issues have numbers of their own
    issues = as_text([str(count + nr + 1) for nr in range(asked)])
    events = [
        _events("pull", "opened", keys, opened, author),
        _events("pull", "reviewed", keys, review, _skewed(rng, count)),
        _events("pull", "approved", keys, merged - MINUTE, _skewed(rng, count)),
        _events("pull", "merged", keys, merged, author),
        _events("issue", "opened", issues, opened[:asked], author[:asked]),
        _events("issue", "commented", issues, review[:asked], _skewed(rng, asked)),
        _events("issue", "closed", issues, merged[:asked], _skewed(rng, asked)),
    ]
    told = {name: np.concatenate([each[name] for each in events]) for name in events[0]}
    some = order[::4]
    made = merged[some] + 30 * MINUTE
    result = np.where(rng.random(len(some)) < 0.1, "failure", "success").astype(object)
    deploys = {
        "deployment_id": keys[some], "environment": "production", "commit_id": merges[some],
        "task": "deploy", "name": "ci[bot]", "email": "ci[bot]@users.noreply.github.com",
    }  # fmt: skip
    both = {
        name: np.concatenate([np.broadcast_to(np.asarray(v, dtype=object), len(some))] * 2)
        for name, v in deploys.items()
    }
    both["event_id"] = np.repeat(np.array(["made", "1"], dtype=object), len(some))
    both["state"] = np.concatenate([np.full(len(some), "made", dtype=object), result])
    both["happened_at"] = np.concatenate([made, made + 5 * MINUTE])
    tables = {PULLS: pulls, PULL_COMMITS: branch, THREAD_EVENTS: told, DEPLOYMENTS: both}
    return {
        kind: fill(kind, each, len(next(v for v in each.values() if isinstance(v, np.ndarray))))
        for kind, each in tables.items()
    }


def _events(thread: str, what: str, keys: Any, at: Any, who: Any) -> Columns:
    names, mails = _people("login{}", "{}+login{}@users.noreply.github.com", who)
    count = len(keys)
    return {
        "thread": np.full(count, thread, dtype=object), "key": keys,
        "event_id": np.full(count, what, dtype=object), "happened_at": at,
        "what": np.full(count, what, dtype=object), "name": names, "email": mails,
    }  # fmt: skip


def fill(kind: FactKind, given: Columns, count: int) -> Columns:
    """The columns of a kind: those that are given, and blanks."""
    return {column.name: _fill(column.type, column.name, given, count) for column in kind.columns}


def _fill(type_: Type, name: str, given: Columns, count: int) -> Any:
    value = {"source": HOST, "seen": 1, **given}.get(name)
    if isinstance(value, np.ndarray):
        return value
    if type_ is Type.TEXT:
        return np.full(count, "" if value is None else value, dtype=object)
    if type_ is Type.TIMESTAMP:
        return np.full(count, np.datetime64("NaT"), dtype="datetime64[us]")
    dtype = {Type.BOOLEAN: bool, Type.DOUBLE: float}.get(type_, np.int64)
    filled = np.full(count, 0 if value is None else value, dtype=dtype)
    return np.ma.masked_array(filled, mask=value is None)


def _people(name: str, mail: str, who: Any) -> tuple[Any, Any]:
    names = np.array([name.format(nr) for nr in range(PEOPLE)], dtype=object)
    mails = np.array([mail.format(nr, nr) for nr in range(PEOPLE)], dtype=object)
    return names[who], mails[who]


def _skewed(rng: np.random.Generator, count: int) -> Any:
    return (PEOPLE * rng.random(count) ** 3).astype(np.int64)


def _minutes(rng: np.random.Generator, median: float, sigma: float, count: int) -> Any:
    return np.ceil(median * np.exp(sigma * rng.standard_normal(count))).astype(np.int64) * MINUTE


def _ids(prefix: str, count: int) -> Any:
    return as_text([f"{prefix}{nr:039x}" for nr in range(count)])
