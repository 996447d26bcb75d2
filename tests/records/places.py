"""Where a journal may be, for tests that hold on every engine: a file, or a server's database."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from groundplan.records.chained import ChainedJournal
from groundplan.records.postgres import PostgresJournal
from groundplan.records.sqlite import SQLiteJournal
from tests.journals import NOON
from tests.records.postgres_server import PostgresServer

Clock = Callable[[], datetime]


class Place(ABC):
    """A place that can be opened as often as wished, and tampered with from outside."""

    def __init__(self) -> None:
        self._opened: list[ChainedJournal] = []

    def open(self, clock: Clock = lambda: NOON, **more: Any) -> ChainedJournal:
        """The journal of this place, opened once more."""
        self._opened.append(self.fresh(clock, **more))
        return self._opened[-1]

    @abstractmethod
    def fresh(self, clock: Clock, **more: Any) -> ChainedJournal:
        """A journal that the caller closes; safe in a child process."""

    @abstractmethod
    def tamper(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run SQL as an outsider; the rows of the last statement."""

    @abstractmethod
    def files(self) -> list[Path]:
        """The files that hold the journal's words now."""

    def close(self) -> None:
        """Close what was opened."""
        for journal in self._opened:
            journal.close()


class SQLitePlace(Place):
    """A file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def fresh(self, clock: Clock, **more: Any) -> ChainedJournal:
        return SQLiteJournal(self.path, clock, **more)

    def tamper(self, *statements: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.path) as raw:
            for statement in statements:
                rows = raw.execute(statement).fetchall()
        raw.close()
        return rows

    def files(self) -> list[Path]:
        return list(self.path.parent.glob(f"{self.path.name}*"))


class PostgresPlace(Place):
    """A schema of its own on the tests' server."""

    def __init__(self, server: PostgresServer, schema: str) -> None:
        super().__init__()
        self.server = server
        self.schema = schema
        server.execute(f"create schema {schema}")

    @property
    def url(self) -> str:
        """The address of the schema."""
        return self.server.url(self.schema)

    def fresh(self, clock: Clock, **more: Any) -> ChainedJournal:
        return PostgresJournal(self.url, clock, **more)

    def tamper(self, *statements: str) -> list[tuple[Any, ...]]:
        return self.server.execute(*statements, schema=self.schema)

    def files(self) -> list[Path]:
        self.server.execute("checkpoint")
        return [path for path in (self.server.data / "base").rglob("*") if path.is_file()]
