"""The journal's commands, as somebody types them: verify, backup, restore, export, import."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from groundplan.bootstrap.settings import utc_now
from groundplan.interfaces.cli.main import cli
from groundplan.records.journal import Saying
from groundplan.records.sqlite import SQLiteJournal
from groundplan.terms.errors import Refused, SourceBroken


def run(*words: str, given: str | None = None, **folders: Path) -> Result:
    """The command's outcome; an error of ours is raised, as `main` would print it."""
    options = [f"--{name}={folder}" for name, folder in folders.items()]
    done = CliRunner().invoke(cli, [*words, *options], input=given, standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    journal = SQLiteJournal(folder / "journal.sqlite", utc_now)
    for nr in range(3):
        journal.append(
            Saying("demo", "noted", {"n": nr, "what": "שלום 🌱"}, "ann", "ann"), expected=nr
        )
    journal.close()
    return folder


def test_a_whole_journal_is_verified_and_a_changed_one_names_its_entry(workspace: Path) -> None:
    done = run("journal", "verify", "--json", workspace=workspace)
    assert json.loads(done.stdout) == {"entries": 3, "broken": None}
    with sqlite3.connect(workspace / "journal.sqlite") as opened:
        opened.execute("update groundplan_entry set body = '{\"n\":9}' where seq = 2")
    opened.close()
    with pytest.raises(SourceBroken, match="entry 2 is broken: its words are not those"):
        run("journal", "verify", workspace=workspace)


def test_a_backup_is_restored_elsewhere(workspace: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "kept.jsonl", tmp_path / "other"
    assert "3 entries" in run("backup", str(file), workspace=workspace).stdout
    assert file.stat().st_mode & 0o077 == 0
    assert "3 entries" in run("restore", str(file), workspace=other).stdout
    assert run("export", workspace=other).stdout == run("export", workspace=workspace).stdout
    with pytest.raises(Refused, match="exists already"):
        run("backup", str(file), workspace=workspace)
    with pytest.raises(Refused, match="not empty"):
        run("restore", str(file), workspace=other)


def test_exported_lines_are_imported_whole_or_not_at_all(workspace: Path, tmp_path: Path) -> None:
    lines = run("export", workspace=workspace).stdout
    done = run("import", "--json", given=lines, workspace=tmp_path / "other")
    assert json.loads(done.stdout) == {"entries": 3}
    with pytest.raises(SourceBroken, match="line 3"):
        changed = lines.replace('"n":1', '"n":7')
        run("import", given=changed, workspace=tmp_path / "third")
    assert json.loads(run("journal", "verify", "--json", workspace=tmp_path / "third").stdout) == {
        "entries": 0,
        "broken": None,
    }
