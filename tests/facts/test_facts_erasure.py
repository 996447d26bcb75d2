"""Whoever is erased is nowhere in the workspace's files any more, and every number stays."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from groundplan.bootstrap.settings import utc_now
from groundplan.bootstrap.workspace import Workspace
from groundplan.facts.accounts import trace
from groundplan.facts.code import CODE_KINDS, COMMITS, MAILMAP, TRAILERS
from groundplan.facts.engines.duckdb import DuckDB, as_columns
from groundplan.facts.erasure import Mask, Traces
from groundplan.facts.identities.merges import Certainty
from groundplan.facts.kinds import Type
from groundplan.facts.ledger import Ledger
from groundplan.facts.mart_tables import create_tables
from groundplan.facts.work import WORK_KINDS
from groundplan.practices.people import PRACTICE
from groundplan.records.journal import Saying
from groundplan.records.sqlite_vault import SQLiteVault
from groundplan.records.vault import Kind, Secret, keep
from groundplan.sources.git.state import PAIRS
from groundplan.terms.errors import Refused
from groundplan.terms.people import Account
from groundplan.terms.progress import Silent
from groundplan.usecase import ask
from tests.histories import ANN, BEN, History

HOME = "ann <ann@home.example.org>"
OTHER = "Ann Example <team@example.net>"
CAS = "Cas Example <team@example.net>"
START = datetime(2025, 1, 6, 9)
NAMES = ("Ann Example", "ann@example.com", "ann@home.example.org", "ANN@example.com")
COUNTS = (
    "select count(*) from people where actor = 'human'",
    "select count(*) from commits",
    "select count(*) from credits",
    "select count(distinct person_id) from credits where part = 'reviewer'",
    "select count(*) from changes",
    "select authored_week, count(distinct person_id) from commits group by 1 order by 1",
)


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Half a year in which Ann writes, reviews, signs off and is thanked, from three accounts."""
    made = History(tmp_path / "sample")
    people = (ANN, BEN, HOME, CAS, *(f"Person {nr} <p{nr}@example.com>" for nr in range(4)))
    made.commit(
        {".mailmap": "Ann Example <ann@example.com> <ann@home.example.org>\n"},
        "Say who is who", by=OTHER, at=START,
    )  # fmt: skip
    for nr in range(30):
        message = (
            "Add a part\n\nThanks to Ann Example <ann@example.com> for the idea, "
            "and to ANN@example.com.\n\nReviewed-by: Ann Example <ann@example.com>\n"
            f"Co-authored-by: {BEN}"
        )
        made.commit(
            {f"core/part{nr % 7}.py": f"value = {nr}\n"},
            message if nr % 8 == 4 else "Add a part",
            by=people[nr % len(people)], at=START + timedelta(days=6 * nr + 1),
        )  # fmt: skip
    made.git("switch", "-q", "-c", "idea")
    made.commit({"idea.py": "1\n"}, "Idea", by=ANN, at=START + timedelta(days=170))
    made.git("switch", "-q", "main")
    return made


@pytest.fixture
def workspace(history: History, tmp_path: Path) -> Iterator[Workspace]:
    """The history, read, with Ann on the roster, two of her accounts linked, and a password."""
    opened = Workspace(tmp_path / "w", Silent())
    found = opened.read_names(history.path)
    opened.read_lines(found.repo)
    say(opened, "add", name="Ann Example", email="ann@example.com")
    for account in (ANN, OTHER):
        name, _, email = account.rstrip(">").partition(" <")
        opened.journal.append(linked(name, email), expected=opened.journal.version("roster"))
    vault = SQLiteVault(opened.folder / "vault.sqlite", utc_now)
    keep(vault, Secret(Kind.PASSWORD, "p1", "p1", utc_now(), {"hash": "x"}))
    vault.close()
    yield opened
    opened.close()


def linked(name: str, email: str) -> Saying:
    body = {"person": "p1", "name": name, "email": email, "reason": "said by hand"}
    return Saying("roster", "people.linked", body, "workspace", "p1")


def say(workspace: Workspace, verb: str, **inputs: Any) -> Any:
    case = next(case for case in PRACTICE.use_cases if case.name == f"people.{verb}")
    scope = workspace.scope()
    return ask(case, workspace.context(scope), scope, case.inputs(**inputs))


def erase(workspace: Workspace) -> Any:
    return say(workspace, "erase", person="p1", again="p1")


def holding(folder: Path) -> set[str]:
    """The files of a workspace in which Ann is named, also those that hold no longer."""
    engine, found = DuckDB(threads=1), set()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        texts = [path.read_bytes().decode("utf-8", "replace")]
        if path.suffix == ".parquet":
            texts.append(str(engine.rows(f"select * from read_parquet('{path}')")))
        if path.suffix == ".duckdb":
            mart = DuckDB(path, read_only=True)
            for (table,) in mart.rows("select table_name from duckdb_tables()"):
                texts.append(str(mart.rows(f"select * from {table}")))
            mart.close()
        if any(name in text for name in NAMES for text in texts):
            found.add(path.relative_to(folder).parts[0].partition(".")[0])
    return found


def counts(workspace: Workspace) -> list[Any]:
    mart = workspace.context().mart
    return [mart.rows(sql) for sql in COUNTS]


def names_in(workspace: Workspace) -> list[str]:
    return [name for (name,) in workspace.context().mart.rows("select name from accounts")]


def test_nothing_names_whoever_was_erased_and_every_number_stays(
    workspace: Workspace, history: History
) -> None:
    before = counts(workspace)
    traced = say(workspace, "trace", person="p1")
    home = Account("ann", "ann@home.example.org")
    by_hand = {Account("Ann Example", email) for email in ("ann@example.com", "team@example.net")}
    assert set(traced.accounts) == {*by_hand, home}
    assert holding(workspace.folder) == {"segments", "mart", "journal"}
    done = erase(workspace)
    assert (done.accounts, done.secrets) == (3, 1)
    assert done.entries == 4
    assert holding(workspace.folder) == set()
    assert counts(workspace) == before
    assert holding(workspace.folder) == set()
    checked = workspace.check(workspace.repos()[0])
    assert (checked.differing, checked.commits) == (0, 32)
    assert workspace.journal.verify() is None
    names = names_in(workspace)
    assert sum(name.startswith("erased-") for name in names) == 1
    assert "Cas Example" in names  # who writes from an address that they shared


def test_what_is_read_later_stays_covered(workspace: Workspace, history: History) -> None:
    erase(workspace)
    covered = names_in(workspace)
    late = START + timedelta(days=200)
    history.commit({"late.py": "1\n"}, f"Late\n\nReviewed-by: {ANN}", by=HOME, at=late)
    history.commit({"late.py": "2\n"}, "Later", by="A. Example <ANN@example.com>", at=late)
    history.commit({"late.py": "3\n"}, "Last", by=OTHER, at=late)
    repo = workspace.read_names(history.path).repo
    workspace.read_lines(repo)
    assert names_in(workspace) == covered
    assert holding(workspace.folder) == set()
    before = counts(workspace)
    workspace.read_names(workspace.forget(repo))
    workspace.read_lines(repo)
    assert counts(workspace) == before
    assert holding(workspace.folder) == set()


def test_an_open_mart_answers_no_more(workspace: Workspace) -> None:
    other = Workspace(workspace.folder, Silent())
    assert "Ann Example" in names_in(other)
    erase(workspace)
    assert "Ann Example" not in names_in(other)
    other.close()


def test_erased_words_leave_the_mart_too_without_an_account(workspace: Workspace) -> None:
    workspace.context()
    mart = next((workspace.folder / "mart").glob("*.duckdb"))
    workspace.journal.erase("p1", by="local")
    workspace.context()
    assert not mart.exists()


def test_to_be_erased_twice_does_no_harm_and_keeps_the_pseudonym(workspace: Workspace) -> None:
    traces = Traces((Account("Ann Example", "ann@example.com"),), ("ann@example.com",))
    assert workspace.ledger.erase(traces, CODE_KINDS)
    names = names_in(workspace)
    assert workspace.ledger.erase(traces, CODE_KINDS) == 0
    more = Traces((*traces.accounts, Account("ann", "ann@home.example.org")), traces.addresses)
    assert workspace.ledger.erase(more, CODE_KINDS)
    assert set(names_in(workspace)) == set(names) - {"ann"}


def _erase_and_tell(folder: str, told: int) -> None:
    ledger = Ledger(Path(folder), utc_now)
    accounts = tuple(Account(*a.rstrip(">").split(" <")) for a in (ANN, HOME, OTHER))
    os.write(told, b"x")
    ledger.erase(Traces(accounts, ("ann@example.com", "ann@home.example.org")), CODE_KINDS)
    os.write(told, b"y")


def test_killed_at_any_point_either_all_is_covered_or_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    snapshot = workspace.ledger.snapshot()
    before = {kind.name: snapshot.rows(kind) for kind in CODE_KINDS}
    repo, rng, seen = workspace.repos()[0], np.random.default_rng(7), set()
    workspace.ledger.close()
    fork = multiprocessing.get_context("fork")
    for trial in range(24):
        folder = tmp_path / f"copy{trial}"
        shutil.copytree(workspace.folder / "segments", folder / "segments")
        shutil.copy(workspace.folder / "manifest.sqlite", folder)
        reader, writer = os.pipe()
        process = fork.Process(target=_erase_and_tell, args=(str(folder), writer))
        process.start()
        os.read(reader, 1)
        time.sleep(rng.uniform(0, 0.25))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        ledger = Ledger(folder, utc_now)
        now = ledger.snapshot()
        assert {kind.name: now.rows(kind) for kind in CODE_KINDS if kind is not MAILMAP} == {
            name: rows for name, rows in before.items() if name != MAILMAP.name
        }
        relation = now.relation(COMMITS)
        who = {name for (name,) in DuckDB().rows(f"select distinct author_name from {relation}")}
        covered = any(name.startswith("erased-") for name in who)
        assert covered != bool({"Ann Example", "ann"} & who)
        seen.add(covered)
        with ledger.run(repo):  # the next run sweeps what the kill left
            assert bool(holding(folder)) != covered
        ledger.close()
        os.close(reader)
        os.close(writer)
        shutil.rmtree(folder)
    assert seen == {True, False}


def test_refused_while_facts_are_read_and_nothing_is_erased(workspace: Workspace) -> None:
    with (
        workspace.ledger.run(workspace.repos()[0]),
        pytest.raises(Refused, match="another process"),
    ):
        erase(workspace)
    assert "Ann Example" in names_in(workspace)
    assert workspace.roster().people


def test_a_run_that_began_before_is_not_written_after(workspace: Workspace) -> None:
    columns = as_columns(TRAILERS, {
        "repo": ["new"], "commit_id": ["c"], "nr": [0], "token": ["cc"], "value": [ANN],
        "name": ["Ann Example"], "email": ["ann@example.com"],
    })  # fmt: skip
    with workspace.ledger.run("new") as run:
        erase(workspace)
        with pytest.raises(Refused, match="meanwhile"):
            run.commit("late", [run.write(DuckDB(), TRAILERS, columns, "1")])
    with workspace.ledger.run("new") as run:
        run.commit("late", [run.write(DuckDB(), TRAILERS, columns, "1")])
    assert holding(workspace.folder) == set()


def test_a_workspace_from_before_erasures_learns_them(workspace: Workspace) -> None:
    workspace.ledger.close()
    manifest = sqlite3.connect(workspace.folder / "manifest.sqlite")
    for statement in ("drop table erased", "drop table salt", "pragma user_version = 1"):
        manifest.execute(statement)
    manifest.close()
    ledger = Ledger(workspace.folder, utc_now)
    assert ledger.erase(Traces((Account("Ann Example", "ann@example.com"),)), CODE_KINDS)
    ledger.close()


MASK = Mask("salt", {}).add(
    Traces(
        (
            Account("Ann Example", "ann@example.com"),
            Account("Example, Ann", "ann@example.com"),
            Account("ann", "team@example.com"),
            Account("Nameless", ""),
        ),
        ("ann@example.com",),
    ),
    "erased-0",
)


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("Signed-off-by: Ann Example <ann@example.com>", "Signed-off-by: erased-0 <>"),
        ("Signed-off-by: A. E. <ANN@Example.com >", "Signed-off-by: erased-0 <>"),
        ("Thanks to Ann  Example <ann@example.com>, too", "Thanks to erased-0 <>, too"),
        ("Cc: Example, Ann <ann@example.com>", "Cc: erased-0 <>"),
        ("Ben <b@example.com>, Annie <ann@example.com>", "Ben <b@example.com>, erased-0 <>"),
        ("a <b>\nMr Ann\n<ann@example.com>", "a <b>\nMr Ann\nerased-0 <>"),
        ("(ann@example.com), mailto:ann@example.com.", "(erased-0), mailto:erased-0."),
        ("Cc: ann <team@example.com>", "Cc: erased-0 <>"),
        ("ben <team@example.com>, team@example.com", "ben <team@example.com>, team@example.com"),
        ("joann@example.com, ann@example.com.au", "joann@example.com, ann@example.com.au"),
        ("From: Nameless <>, Other <>", "From: erased-0 <>, Other <>"),
        ("x/2025-01-06.5-1-ann@example.com/", "x/2025-01-06.5-1-erased-0/"),
        ("Ann Example said so", "Ann Example said so"),
    ],
)  # fmt: skip
def test_texts_are_covered_where_an_address_stands(text: str, covered: str) -> None:
    assert MASK.cover_text(text) == covered


def test_an_absurd_text_takes_no_longer_than_it_is_long() -> None:
    for part in ("a", "<", "a@", "<a@b", "x <ann@example.com> ", " \n"):
        start = time.process_time()
        MASK.cover_text(part * (200_000 // len(part)))
        assert time.process_time() - start < 3, part


def test_what_is_not_erased_is_the_very_same() -> None:
    columns = as_columns(MAILMAP, {
        "repo": ["r"], "nr": [0], "proper_name": ["Ben"], "proper_email": [None],
        "commit_name": [None], "commit_email": ["team@example.com"],
    })  # fmt: skip
    assert MASK.cover(MAILMAP, columns) is columns


def test_a_line_that_says_who_somebody_erased_is_goes() -> None:
    columns = as_columns(MAILMAP, {
        "repo": ["r"] * 3, "nr": [0, 1, 2], "proper_name": ["Ann", "Ben", "Ann"],
        "proper_email": [None, "ben@example.com", "ann@example.com"],
        "commit_name": [None, None, None],
        "commit_email": ["ann@example.com", "ben@example.org", "old@example.com"],
    })  # fmt: skip
    assert MASK.cover(MAILMAP, columns)["nr"].tolist() == [1]


def test_another_full_name_on_the_same_address_is_shown_and_not_followed() -> None:
    mart = DuckDB()
    create_tables(mart)
    names = ("Ann Example", "Cas Other", "hawk")
    for nr, name in enumerate(names):
        given = {"nr": nr, "name": name}
        mart.execute("insert into accounts values (:name, 'ann@example.com', 'x')", given)
        mart.execute(
            "insert into identity_merges values (:nr, 'Ann Example', 'ann@example.com', :name, "
            "'ann@example.com', 'certain', 'they write from the same address', true)", given
        )  # fmt: skip
    mart.execute("insert into people values ('x', 'Ann Example', 'human', '')")
    ann, cas, hawk = (Account(name, "ann@example.com") for name in names)
    alone, perhaps = trace(mart, {ann}, set(), [Certainty.CERTAIN])
    assert (alone, perhaps) == (Traces((ann, hawk), ()), (cas,))
    others, perhaps = trace(mart, {ann}, {hawk, cas}, [Certainty.CERTAIN])
    assert (others.accounts, perhaps) == ((ann,), ())


# what a repository calls its own things; everything else that is text may name somebody
OWN_WORDS = {
    "repo", "commit_id", "parents", "path", "status", "source_path", "entry", "lines", "token",
    "ref", "ref_kind", "event", "landed_by", "raw", "source", "item_id", "what", "stage", "team",
}  # fmt: skip


def test_every_text_of_the_facts_is_a_repositorys_own_or_is_covered() -> None:
    for kind in (*CODE_KINDS, *WORK_KINDS, PAIRS):
        texts = {column.name for column in kind.columns if column.type is Type.TEXT}
        assert texts - OWN_WORDS == set(kind.personal), kind.name
