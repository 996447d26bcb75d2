"""One contract on both engines: secrets expire, are taken once, and cannot be read back."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from groundplan.records.postgres_vault import PostgresVault
from groundplan.records.sqlite_vault import SQLiteVault
from groundplan.records.vault import (
    Kind,
    Secret,
    Vault,
    find_ticket,
    keep,
    mint,
    remove,
    take_ticket,
)
from groundplan.terms.errors import Refused, SourceBroken, SourceDown
from tests.journals import NOON
from tests.records.conftest import ON_POSTGRES

HOUR = timedelta(hours=1)


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def reopen(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> Iterator[Callable[[], Vault]]:
    """Opens the same vault again, as another process would."""
    opened: list[Vault] = []
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""

    def again() -> Vault:
        vault: Vault
        vault = PostgresVault(url, clock) if url else SQLiteVault(tmp_path / "vault.sqlite", clock)
        opened.append(vault)
        return vault

    yield again
    for vault in opened:
        vault.close()


@pytest.fixture
def vault(reopen: Callable[[], Vault]) -> Vault:
    return reopen()


def secret(key: str, owner: str = "ann", kind: Kind = Kind.SESSION, **more: object) -> Secret:
    return replace(Secret(kind, key, owner, NOON), **more)  # type: ignore[arg-type]


def test_what_is_kept_is_found_again(vault: Vault, reopen: Callable[[], Vault]) -> None:
    body = {"name": "עִבְרִית 🙂", "nr": 3, "parts": [1, "two", None]}
    kept = keep(vault, secret("k", body=body, expires_at=NOON + HOUR, used_at=NOON))
    assert vault.find(Kind.SESSION, "k") == kept
    assert reopen().find(Kind.SESSION, "k") == kept
    assert vault.find(Kind.TOKEN, "k") is None
    assert vault.find(Kind.SESSION, "other") is None


def test_a_change_replaces_and_answers_with_what_was_there(vault: Vault) -> None:
    first = keep(vault, secret("k", body={"nr": 1}))
    second = replace(first, body={"nr": 2})
    assert vault.change(Kind.SESSION, "k", lambda _: second) == first
    assert vault.change(Kind.SESSION, "k", lambda found: found) == second
    assert vault.change(Kind.SESSION, "k", lambda _: None) == second
    assert vault.change(Kind.SESSION, "k", lambda _: None) is None


def test_a_change_that_fails_changes_nothing(vault: Vault) -> None:
    kept = keep(vault, secret("k"))

    def fail(_: Secret | None) -> Secret:
        raise Refused("no")

    with pytest.raises(Refused):
        vault.change(Kind.SESSION, "k", fail)
    assert vault.find(Kind.SESSION, "k") == kept


def test_what_has_expired_is_not_there(vault: Vault, clock: Clock) -> None:
    keep(vault, secret("soon", expires_at=NOON + HOUR))
    keep(vault, secret("never"))
    clock.now = NOON + HOUR
    assert vault.find(Kind.SESSION, "soon") is None
    assert [found.key for found in vault.list_of(Kind.SESSION, "ann")] == ["never"]
    assert vault.change(Kind.SESSION, "soon", lambda found: found) is None
    assert vault.purge() == 0
    keep(vault, secret("soon", expires_at=NOON))
    assert vault.purge() == 1
    assert vault.find(Kind.SESSION, "never") is not None


def test_lists_and_removals_are_of_one_owner(vault: Vault) -> None:
    for nr, owner in enumerate(["ann", "ben", "ann"]):
        keep(vault, secret(f"s{nr}", owner, made_at=NOON - nr * HOUR))
    keep(vault, secret("t", kind=Kind.TOKEN))
    assert [found.key for found in vault.list_of(Kind.SESSION, "ann")] == ["s2", "s0"]
    assert not remove(vault, Kind.SESSION, "s1", "ann")
    assert vault.find(Kind.SESSION, "s1") is not None
    assert remove(vault, Kind.SESSION, "s1", "ben")
    assert vault.remove_all("ann", Kind.SESSION, Kind.PASSKEY) == 2
    assert vault.remove_all("ann") == 1
    assert vault.remove_all("ann") == 0


def test_a_ticket_opens_what_it_was_made_for(vault: Vault) -> None:
    ticket = mint()
    keep(vault, secret(ticket.key, kind=Kind.LINK, body={"digest": ticket.digest}))
    assert find_ticket(vault, Kind.LINK, ticket.text) is not None
    for wrong in (
        "", "_", ticket.key, f"{ticket.key}_", ticket.digest, f"{ticket.key}_{ticket.digest}",
        ticket.text[:-1], ticket.text + "x", mint().text, "x" * 100_000, f"{ticket.key}_\ud800",
    ):  # fmt: skip
        assert find_ticket(vault, Kind.LINK, wrong) is None
        assert take_ticket(vault, Kind.LINK, wrong) is None
    assert find_ticket(vault, Kind.SESSION, ticket.text) is None
    assert take_ticket(vault, Kind.LINK, ticket.text) is not None
    assert take_ticket(vault, Kind.LINK, ticket.text) is None


def test_a_secret_without_digest_opens_for_nobody(vault: Vault) -> None:
    keep(vault, secret("k"))
    assert find_ticket(vault, Kind.SESSION, "k_") is None


def test_of_many_who_come_at_once_one_takes_the_ticket(
    vault: Vault, reopen: Callable[[], Vault]
) -> None:
    others = [vault, reopen()]
    for _ in range(5):
        ticket = mint()
        keep(vault, secret(ticket.key, kind=Kind.LINK, body={"digest": ticket.digest}))
        taken: list[Secret | None] = []
        start = threading.Barrier(8)

        def take(nr: int, text: str = ticket.text) -> None:
            start.wait()  # noqa: B023 - the threads end within the loop
            taken.append(take_ticket(others[nr % 2], Kind.LINK, text))  # noqa: B023

        run_all(take, 8)
        assert sum(found is not None for found in taken) == 1


def test_counting_together_loses_no_count(vault: Vault, reopen: Callable[[], Vault]) -> None:
    others = [vault, reopen()]

    def count(found: Secret | None) -> Secret:
        times = found.body["times"] + 1 if found else 1
        return secret("a", kind=Kind.ATTEMPTS, body={"times": times})

    run_all(
        lambda nr: [others[nr % 2].change(Kind.ATTEMPTS, "a", count) for _ in range(10)],
        8,
    )
    found = vault.find(Kind.ATTEMPTS, "a")
    assert found is not None
    assert found.body["times"] == 80


def run_all(work: Callable[[int], object], workers: int) -> None:
    threads = [threading.Thread(target=work, args=(nr,)) for nr in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_tickets_are_never_the_same_and_long() -> None:
    texts = {mint().text for _ in range(500)}
    assert len(texts) == 500
    assert min(len(text.partition("_")[2]) for text in texts) >= 43


def test_the_file_is_private_and_holds_no_ticket(tmp_path: Path, clock: Clock) -> None:
    path, ticket = tmp_path / "vault.sqlite", mint()
    vault = SQLiteVault(path, clock)
    keep(vault, secret(ticket.key, kind=Kind.LINK, body={"digest": ticket.digest}))
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert ticket.text.partition("_")[2].encode() not in file.read_bytes()
    vault.close()


def test_what_was_removed_is_overwritten(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "vault.sqlite"
    vault = SQLiteVault(path, clock)
    keep(vault, secret("k", body={"mark": "to be gone"}))
    vault.change(Kind.SESSION, "k", lambda _: None)
    vault.close()
    assert b"to be gone" not in path.read_bytes()


def test_other_files_stay_as_they_are(tmp_path: Path, clock: Clock) -> None:
    text, other = tmp_path / "notes.txt", tmp_path / "other.sqlite"
    text.write_text("not a database, but quite long enough to be taken for one" * 20)
    with sqlite3.connect(other) as connection:
        connection.execute("create table mine (a)")
    connection.close()
    for path in (text, other):
        before = path.read_bytes()
        with pytest.raises(SourceBroken, match="vault"):
            SQLiteVault(path, clock)
        assert path.read_bytes() == before


def test_a_newer_vault_is_refused(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "vault.sqlite"
    SQLiteVault(path, clock).close()
    with sqlite3.connect(path) as connection:
        connection.execute("pragma user_version = 99")
    connection.close()
    with pytest.raises(Refused, match="newer"):
        SQLiteVault(path, clock)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(SourceDown, match="No such file"):
        SQLiteVault(tmp_path / "nowhere" / "vault.sqlite", clock)


def test_a_database_that_is_not_there_is_said(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundplan.records.postgres_vault.PATIENCE_S", 0.3)
    with pytest.raises(SourceDown, match="cannot be reached"):
        PostgresVault("postgresql://nobody@127.0.0.1:9/none", clock)
