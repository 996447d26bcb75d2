"""Files that are no journals, and places that cannot be written: told clearly, nothing lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from groundplan.records.opening import open_journal
from groundplan.records.sqlite import SQLiteJournal
from groundplan.terms.errors import Refused, SourceBroken, SourceDown
from tests.journals import NOON, say, saying
from tests.records.apart import give_up_rights, limit_files, run_apart
from tests.records.places import SQLitePlace


def test_a_path_opens_a_file_that_only_its_owner_reads(sqlite_place: SQLitePlace) -> None:
    journal = open_journal(sqlite_place.path, lambda: NOON)
    say(journal, 0)
    assert isinstance(journal, SQLiteJournal)
    assert {path.stat().st_mode & 0o777 for path in sqlite_place.files()} == {0o600}
    journal.close()
    again = open_journal(str(sqlite_place.path), lambda: NOON)
    assert len(again.read("demo")) == 1
    again.close()


def test_another_programs_database_stays_untouched(sqlite_place: SQLitePlace) -> None:
    sqlite_place.tamper("create table theirs (x)")
    before = sqlite_place.path.read_bytes()
    with pytest.raises(SourceBroken, match="not a journal"):
        sqlite_place.open()
    assert sqlite_place.path.read_bytes() == before


def test_a_file_that_is_no_database_is_told(sqlite_place: SQLitePlace) -> None:
    text = "This is a text about something else, and long enough to have a header. " * 9
    sqlite_place.path.write_text(text)
    with pytest.raises(SourceBroken, match="not a database"):
        sqlite_place.open()
    assert sqlite_place.path.read_text() == text


@pytest.mark.parametrize(("schema", "reason"), [(99, "newer Groundplan"), (1, "first release")])
def test_another_schema_is_refused(sqlite_place: SQLitePlace, schema: int, reason: str) -> None:
    say(sqlite_place.open(), 0)
    sqlite_place.tamper(f"pragma user_version = {schema}")
    with pytest.raises(Refused, match=reason):
        sqlite_place.open()
    sqlite_place.tamper("pragma user_version = 2")
    assert len(sqlite_place.open().read("demo")) == 1


def test_a_folder_or_a_missing_place_is_told(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "no" / "journal.sqlite"):
        with pytest.raises(SourceDown, match="unable to open"):
            SQLiteJournal(place, lambda: NOON)


def test_a_locked_journal_is_told_and_loses_nothing(sqlite_place: SQLitePlace) -> None:
    journal = sqlite_place.open(busy_s=0.05)
    say(journal, 0)
    other = sqlite3.connect(sqlite_place.path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(SourceDown, match="locked") as caught:
        say(journal, 1)
    assert caught.value.retry_after_s
    with pytest.raises(SourceDown, match="locked"):
        sqlite_place.open(busy_s=0.05)
    assert len(journal.read("demo")) == 1  # readers do not wait
    other.execute("rollback")
    other.close()
    assert say(journal, 1).version == 2


def test_who_waits_for_a_lock_is_served_when_it_is_free(sqlite_place: SQLitePlace) -> None:
    journal = sqlite_place.open()
    other = sqlite3.connect(sqlite_place.path, isolation_level=None, check_same_thread=False)
    other.execute("begin immediate")
    freeing = threading.Timer(0.3, lambda: other.execute("rollback"))
    freeing.start()
    assert say(journal, 0).version == 1
    freeing.join()
    other.close()


def test_a_full_disk_is_told_and_loses_nothing(sqlite_place: SQLitePlace) -> None:
    path = sqlite_place.path
    first = SQLiteJournal(path, lambda: NOON)
    say(first, 0)
    first.close()

    def fill() -> None:
        limit_files(200_000)
        full = SQLiteJournal(path, lambda: NOON)
        for number in range(1, 100):
            full.append(saying({"n": number, "text": "x" * 20_000}), expected=number)

    answer = run_apart(fill)
    assert answer.startswith("SourceDown: "), answer
    assert "Free some space" in answer
    again = sqlite_place.open()
    kept = again.read("demo")
    assert [entry.body["n"] for entry in kept] == list(range(len(kept)))
    assert 2 <= len(kept) < 100
    assert again.verify() is None
    assert say(again, len(kept)).version == len(kept) + 1


def test_a_place_that_may_only_be_read_is_told(sqlite_place: SQLitePlace) -> None:
    path = sqlite_place.path
    journal = SQLiteJournal(path, lambda: NOON)
    say(journal, 0)
    journal.close()

    def visit() -> None:
        give_up_rights()
        SQLiteJournal(path, lambda: NOON).append(saying(), expected=1)

    for folder in (path.parent, *path.parent.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o555)
    path.parent.chmod(0o555)
    path.chmod(0o444)
    answer = run_apart(visit)
    path.parent.chmod(0o755)
    path.chmod(0o600)
    assert answer.startswith("SourceDown: "), answer
    assert "may write to" in answer
    assert len(sqlite_place.open().read("demo")) == 1


VISITOR = """
import sys
from pathlib import Path
from groundplan.records.sqlite import SQLiteJournal
from tests.journals import NOON, say

visitor = SQLiteJournal(Path(sys.argv[1]), lambda: NOON)
say(visitor, 1)
visitor.close()
"""


def test_two_journals_of_one_process_keep_each_others_locks(sqlite_place: SQLitePlace) -> None:
    """Closing a file drops all POSIX locks that a process holds on it.

    A visitor who then takes itself for the last one would merge the log and delete it.
    """
    journal = sqlite_place.open()
    say(journal, 0)
    sqlite_place.open().close()
    command = [sys.executable, "-c", VISITOR, str(sqlite_place.path)]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[2])
    log = sqlite_place.path.with_name(f"{sqlite_place.path.name}-wal")
    assert log.exists()
    assert say(journal, 2).version == 3
    assert journal.verify() is None
    assert len(sqlite_place.open().read("demo")) == 3
