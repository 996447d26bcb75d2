"""One runner for the cases of every practice: `src/groundplan/practices/<name>/cases.yml`.

Each case runs on a real DuckDB mart in memory and a real SQLite journal. The form of a case is
explained in README.md beside this file.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import yaml
from case_matching import mismatches, plain_time

import groundplan.practices
from groundplan.access import ScopedJournal, local_scope
from groundplan.experiments.catalogue import discover
from groundplan.facts.code import CODE_KINDS
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.erasure import Traces
from groundplan.facts.ledger import Ledger
from groundplan.facts.mart_knowledge import build_rollups
from groundplan.facts.mart_tables import TABLES, create_tables
from groundplan.inference import go_to
from groundplan.records.folding import Folds
from groundplan.records.journal import Saying, Visibility
from groundplan.records.roster import ROSTER
from groundplan.records.roster import STREAM as ROSTER_STREAM
from groundplan.records.sqlite import SQLiteJournal
from groundplan.records.sqlite_vault import SQLiteVault
from groundplan.signals.signal import Reading, Signal
from groundplan.terms import errors
from groundplan.terms.scope import Role, Scope
from groundplan.usecase import Context, Forgotten, Practice, ask

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)

STEP = {"ask", "with", "then", "error", "journal", "scope", "now"}
WEEKS = {"authored_week": "authored_at", "landed_week": "landed_at"}


FOLDERS = {
    found.name: Path(groundplan.practices.__path__[0]) / found.name
    for found in pkgutil.iter_modules(groundplan.practices.__path__)
    if found.ispkg
}
# the practice is imported by its own cases only, so that a broken one fails alone
CASES = [
    pytest.param(name, case, id=f"{name}: {case['name']}")
    for name, folder in FOLDERS.items()
    if (folder / "cases.yml").is_file()
    for case in yaml.safe_load((folder / "cases.yml").read_text("utf-8"))
]


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS)
def test_every_practice_has_cases(folder: Path) -> None:
    assert (folder / "cases.yml").is_file()


@pytest.mark.parametrize(("name", "case"), CASES)
def test_case(name: str, case: dict[str, Any], tmp_path: Path) -> None:
    practice = importlib.import_module(f"groundplan.practices.{name}").PRACTICE
    unknown = set(case) - {"name", "given", "steps", *STEP}
    assert not unknown, f"unknown words in the case: {sorted(unknown)}"
    world = World(case.get("given", {}), tmp_path)
    for step in case.get("steps", [case]):
        run_step(practice, step, world)
    assert world.journal.verify() is None
    world.close()


def run_step(practice: Practice, step: Mapping[str, Any], world: World) -> None:
    use_case = next((u for u in practice.use_cases if u.name == step["ask"]), None)
    assert use_case is not None, f"{practice.name} has no use case {step['ask']}"
    assert {"then", "error", "journal"} & set(step), "a step expects something"
    unknown = set(step) - {"name", "given", *STEP}
    assert not unknown, f"unknown words in the step: {sorted(unknown)}"
    world.now = step.get("now", world.now)
    scope = build_scope({**world.given.get("scope", {}), **step.get("scope", {})})
    context = world.context(scope)
    inputs = msgspec.convert(step.get("with", {}), use_case.inputs)
    if "error" in step:
        with pytest.raises(getattr(errors, step["error"]["type"])) as caught:
            ask(use_case, context, scope, inputs)
        wrong = list(mismatches({"$has": step["error"].get("has", "")}, str(caught.value)))
    else:
        view = ask(use_case, context, scope, inputs)
        assert isinstance(view, use_case.view)
        wrong = list(mismatches(step.get("then", {}), view))
    if "journal" in step:
        stream = step["journal"]["stream"]
        entries = world.journal.read(stream)
        wrong += mismatches(step["journal"]["entries"], entries, f"journal {stream}")
    assert not wrong, "\n".join(wrong)


class World:
    """What a case gives; what its steps say stays."""

    def __init__(self, given: Mapping[str, Any], folder: Path) -> None:
        unknown = set(given) - {"mart", "journal", "documents", "scope", "now", "as_of", "seed"}
        assert not unknown, f"unknown words in given: {sorted(unknown)}"
        self.given = given
        self.now: datetime = given.get("now", NOW)
        self.mart = build_mart(given.get("mart", {}))
        self.journal = SQLiteJournal(folder / "journal.sqlite", lambda: self.now)
        self.ledger = Ledger(folder, lambda: self.now)
        self.vault = SQLiteVault(folder / "vault.sqlite", lambda: self.now)
        self.folds = Folds(self.journal)
        self.kinds = {kind.name: kind for practice in discover() for kind in practice.writes}
        for entry in given.get("journal", []):
            self.now = entry.get("at", self.now)
            self.say(entry)
        self.now = given.get("now", self.now)

    def say(self, entry: Mapping[str, Any]) -> None:
        stream, by = entry["stream"], entry.get("by", "somebody")
        saying = Saying(
            stream,
            entry["kind"],
            entry["body"],
            by=by,
            owner=entry.get("owner", by),
            team=entry.get("team", ""),
            visibility=Visibility(entry.get("visibility", Visibility.TEAM)),
            form=entry.get("form", 1),
        )
        self.journal.append(saying, expected=self.journal.version(stream))

    def context(self, scope: Scope) -> Context:
        return Context(
            mart=self.mart,
            measure=no_measure,
            journal=ScopedJournal(self.journal, scope, self.kinds, self.folds),
            roster=self.folds.fold(ROSTER_STREAM, ROSTER),
            documents=GivenDocuments(self.given.get("documents", {})),
            forget=self.forget,
            now=self.now,
            as_of=self.given.get("as_of", self.now),
            rng=np.random.default_rng(self.given.get("seed", 1)),
        )

    def forget(self, person: str, traces: Traces) -> Forgotten:
        """Erase somebody from the vault, and from the facts, of which a case has none."""
        return Forgotten(self.ledger.erase(traces, CODE_KINDS), self.vault.remove_all(person))

    def close(self) -> None:
        for store in (self.journal, self.ledger, self.vault):
            store.close()


def build_mart(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> DuckDB:
    known = {table.name: table.column_names for table in TABLES}
    assert set(tables) <= set(known), f"no such tables: {sorted(set(tables) - set(known))}"
    mart = DuckDB()
    create_tables(mart)
    for table, columns in known.items():
        for row in tables.get(table, []):
            filled = {key: plain_time(value) for key, value in row.items()}
            values = {name: f":{name}" for name in filled}
            for week, at in WEEKS.items():
                if week in columns and at in filled and week not in filled:
                    values[week] = f"week_of(:{at})"
            mart.execute(
                f"insert into {table} ({', '.join(values)}) values ({', '.join(values.values())})",
                filled,
            )
    build_rollups(mart, go_to.settings())
    return mart


def build_scope(given: Mapping[str, Any]) -> Scope:
    known = {"repos", "viewer", "role", "sees_experts", "floor", "team", "teams"}
    assert set(given) <= known, f"unknown words in scope: {sorted(set(given) - known)}"
    scope = local_scope(given.get("repos", ["demo"]))
    return dataclasses.replace(
        scope,
        viewer=given.get("viewer", scope.viewer),
        team=given.get("team", scope.team),
        teams=frozenset(given.get("teams", scope.teams)),
        role=Role(given.get("role", scope.role)),
        sees_experts=given.get("sees_experts", scope.sees_experts),
        floor=given.get("floor", scope.floor),
    )


def no_measure(signal: Signal, scope: Scope) -> Reading:
    raise AssertionError(f"a case of a practice gives tables; it cannot measure {signal.name}")


@dataclasses.dataclass(frozen=True)
class GivenDocuments:
    """The texts that a case gives: repository, path, text."""

    texts: Mapping[str, Mapping[str, str]]

    def search(self, repo: str, text: str, most: int) -> Sequence[tuple[str, int, str]]:
        hits = [
            (path, nr, line)
            for path, content in sorted(self.texts.get(repo, {}).items())
            for nr, line in enumerate(content.splitlines(), start=1)
            if text in line
        ]
        return hits[:most]

    def read(self, repo: str, path: str) -> str | None:
        return self.texts.get(repo, {}).get(path)
