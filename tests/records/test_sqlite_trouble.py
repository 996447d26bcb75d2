"""Files that are no journals, and places that cannot be written: told clearly, nothing lost."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from groundplan.records.sqlite import SQLiteJournal
from groundplan.terms.errors import GroundplanError, Refused, SourceBroken, SourceDown
from tests.journals import NOON, say


def test_another_programs_database_stays_untouched(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("create table theirs (x)")
    before = path.read_bytes()
    with pytest.raises(SourceBroken, match="not a journal"):
        SQLiteJournal(path, lambda: NOON)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_told(path: Path) -> None:
    path.write_text("This is a text about something else, and long enough to have a header. " * 9)
    with pytest.raises(SourceBroken, match="not a database"):
        SQLiteJournal(path, lambda: NOON)


def test_a_newer_schema_is_refused(journal: SQLiteJournal, path: Path) -> None:
    say(journal, 0)
    with sqlite3.connect(path) as raw:
        raw.execute("pragma user_version = 99")
    with pytest.raises(Refused, match="newer Groundplan"):
        SQLiteJournal(path, lambda: NOON)


def test_a_folder_or_a_missing_place_is_told(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "no" / "journal.sqlite"):
        with pytest.raises(SourceDown, match="unable to open"):
            SQLiteJournal(place, lambda: NOON)


def test_a_locked_journal_is_told_and_loses_nothing(journal: SQLiteJournal, path: Path) -> None:
    say(journal, 0)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    hasty = SQLiteJournal.__new__(SQLiteJournal)
    with pytest.raises(SourceDown, match="locked") as caught:
        hasty.__init__(path, lambda: NOON, busy_s=0.05)
    assert caught.value.retry_after_s
    assert len(journal.read("demo")) == 1  # readers do not wait
    other.execute("rollback")
    other.close()
    assert say(journal, 1).version == 2


def run_apart(act: Callable[[], None]) -> str:
    """What `act` raises in a process of its own, as `Class: message`."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            act()
            answer = "nothing"
        except GroundplanError as error:
            answer = f"{type(error).__name__}: {error}"
        except BaseException as error:
            answer = f"UNEXPECTED {error!r}"
        os.write(write, answer.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


def test_a_full_disk_is_told_and_loses_nothing(path: Path) -> None:
    journal = SQLiteJournal(path, lambda: NOON)
    say(journal, 0)
    journal.close()

    def fill() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        full = SQLiteJournal(path, lambda: NOON)
        for number in range(1, 100):
            body = {"n": number, "text": "x" * 20_000}
            full.append("demo", "noted", body, by="ann", expected=number)

    answer = run_apart(fill)
    assert answer.startswith("SourceDown: "), answer
    assert "Free some space" in answer
    again = SQLiteJournal(path, lambda: NOON)
    kept = again.read("demo")
    assert [entry.body["n"] for entry in kept] == list(range(len(kept)))
    assert 2 <= len(kept) < 100
    assert again.verify() is None
    assert say(again, len(kept)).version == len(kept) + 1
    again.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="giving up root's rights needs root")
def test_a_place_without_permission_is_told(path: Path) -> None:
    journal = SQLiteJournal(path, lambda: NOON)
    say(journal, 0)
    journal.close()

    def visit() -> None:
        os.setgid(65534)
        os.setuid(65534)
        SQLiteJournal(path, lambda: NOON).append("demo", "noted", {}, by="ann", expected=1)

    for folder in (path.parent, *path.parent.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o555)
    answer = run_apart(visit)
    assert answer.startswith("SourceDown: "), answer
    assert "may write to" in answer
