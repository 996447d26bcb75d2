"""Servers that are away, full, locked or not ours: told clearly, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from random import Random

import psycopg
import pytest

from groundplan.records.opening import open_journal
from groundplan.records.postgres import PostgresJournal
from groundplan.terms.errors import BadInput, Refused, SourceBroken, SourceDown
from tests.journals import NOON, say, saying
from tests.records.places import PostgresPlace
from tests.records.postgres_server import PostgresServer, find_programs

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture
def full_server(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """A server none of whose files may grow beyond 3 MiB."""
    programs = find_programs()
    assert programs is not None
    server = PostgresServer(programs, most_file_kib=3 * 1024)
    yield server
    server.remove()


def test_an_address_opens_a_journal(postgres_place: PostgresPlace) -> None:
    journal = open_journal(postgres_place.url, lambda: NOON)
    assert isinstance(journal, PostgresJournal)
    assert say(journal, 0).seq == 1
    journal.close()


def test_names_are_kept_in_the_order_of_bytes(postgres_place: PostgresPlace) -> None:
    postgres_place.open()
    found = postgres_place.tamper(
        "select data_type, collation_name from information_schema.columns "
        "where table_schema = current_schema() and data_type = 'text'"
    )
    assert len(found) > 10
    assert {collation for _, collation in found} == {"C"}


def test_somebody_elses_tables_stay_untouched(postgres_place: PostgresPlace) -> None:
    postgres_place.tamper("create table groundplan_journal (x int)")
    with pytest.raises(SourceBroken, match="something else"):
        postgres_place.open()
    found = postgres_place.tamper(
        "select table_name from information_schema.tables where table_schema = current_schema()"
    )
    assert found == [("groundplan_journal",)]


@pytest.mark.parametrize(("schema", "reason"), [(99, "newer Groundplan"), (1, "first release")])
def test_another_schema_is_refused(postgres_place: PostgresPlace, schema: int, reason: str) -> None:
    say(postgres_place.open(), 0)
    postgres_place.tamper(f"update groundplan_journal set schema = {schema}")
    with pytest.raises(Refused, match=reason):
        postgres_place.open()
    postgres_place.tamper("update groundplan_journal set schema = 2")
    assert len(postgres_place.open().read("demo")) == 1


def test_a_database_that_holds_few_names_is_refused(postgres_server: PostgresServer) -> None:
    postgres_server.execute(
        "create database narrow encoding 'LATIN1' locale 'C' template template0"
    )
    with pytest.raises(Refused, match="LATIN1"):
        PostgresJournal(postgres_server.url(database="narrow"), lambda: NOON)
    postgres_server.execute("drop database narrow with (force)")


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    with pytest.raises(SourceDown, match=r"127\.0\.0\.1:1/team") as caught:
        open_journal("postgresql://ann:hidden@127.0.0.1:1/team", lambda: NOON)
    assert "hidden" not in str(caught.value)
    assert "GROUNDPLAN_DATABASE_URL" in caught.value.hint


@pytest.mark.parametrize("rest", ["ann:hidden@[::1/team", "ann:x@hidden@host/team"])
def test_an_address_that_cannot_be_read_is_not_shown(rest: str) -> None:
    with pytest.raises(BadInput, match="GROUNDPLAN_DATABASE_URL") as caught:
        open_journal(f"postgresql://{rest}", lambda: NOON)
    assert "hidden" not in str(caught.value)


def test_a_lost_connection_is_told_and_mended(postgres_place: PostgresPlace) -> None:
    journal = postgres_place.open()
    say(journal, 0)
    postgres_place.server.stop()
    try:
        for act in (lambda: say(journal, 1), lambda: journal.read("demo"), journal.verify):
            with pytest.raises(SourceDown, match="postgres") as caught:
                act()
            assert "Start the server" in caught.value.hint
            assert caught.value.retry_after_s
    finally:
        postgres_place.server.start()
    assert say(journal, 1).version == 2
    postgres_place.server.stop()  # nobody asks while it is away
    postgres_place.server.start()
    assert say(journal, 2).version == 3
    assert [entry.body["n"] for entry in journal.read("demo")] == [0, 1, 2]
    assert journal.verify() is None


def test_a_connection_lost_in_the_midst_writes_nothing(postgres_place: PostgresPlace) -> None:
    journal = postgres_place.open()
    say(journal, 0)
    with pytest.raises(SourceDown, match="terminating connection"), journal.writing() as turn:
        turn.execute("update groundplan_entry set kind = 'half' where seq = 1", ())
        postgres_place.tamper(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'groundplan' and state = 'idle in transaction'"
        )
        turn.execute("select 1", ())
    assert say(journal, 1).version == 2
    assert journal.verify() is None


def test_a_locked_journal_is_told_and_loses_nothing(postgres_place: PostgresPlace) -> None:
    journal = postgres_place.open(busy_s=0.1)
    say(journal, 0)
    with psycopg.connect(postgres_place.url) as other:
        other.execute("select 1 from groundplan_journal for update")
        with pytest.raises(SourceDown, match="lock timeout") as caught:
            say(journal, 1)
        assert caught.value.retry_after_s
        assert len(journal.read("demo")) == 1  # readers do not wait
        freeing = threading.Timer(0.3, other.rollback)
        freeing.start()
        assert say(postgres_place.open(), 1).version == 2  # who has patience waits
        freeing.join()


def test_a_database_that_may_only_be_read_is_told(postgres_place: PostgresPlace) -> None:
    journal = postgres_place.open()
    say(journal, 0)
    address = postgres_place.url + "%20-cdefault_transaction_read_only%3Don"
    reader = PostgresJournal.__new__(PostgresJournal)
    with pytest.raises(SourceDown, match="read-only transaction") as caught:
        reader.__init__(address, lambda: NOON)
        say(reader, 1)
    assert "may be written" in caught.value.hint
    assert journal.version("demo") == 1


def test_a_user_without_rights_is_told(postgres_place: PostgresPlace) -> None:
    say(postgres_place.open(), 0)
    schema = postgres_place.schema
    postgres_place.tamper("create role visitor login", f"grant usage on schema {schema} to visitor")
    try:
        with pytest.raises(SourceDown, match="permission denied") as caught:
            PostgresJournal(postgres_place.url.replace("groundplan@", "visitor@"), lambda: NOON)
        assert "right" in caught.value.hint
    finally:
        postgres_place.tamper("drop owned by visitor", "drop role visitor")


def test_a_full_disk_is_told_and_loses_nothing(full_server: PostgresServer) -> None:
    journal = PostgresJournal(full_server.url(), lambda: NOON)
    random = Random(1)
    written = 0
    with pytest.raises(SourceDown) as caught:
        for written in range(1_000):
            text = random.randbytes(5_000).hex()  # which cannot be compressed
            journal.append(saying({"n": written, "text": text}), expected=written)
    assert "Free some space" in str(caught.value), caught.value
    kept = journal.read("demo")
    assert [entry.body["n"] for entry in kept] == list(range(written))
    assert written > 50
    assert journal.verify() is None
    full_server.execute("create table room as select 1", "drop table room")
    journal.close()


def test_psycopg_is_imported_on_use_only() -> None:
    code = (
        "import sys, groundplan.records.opening, groundplan.records.postgres; "
        "sys.exit('psycopg' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
