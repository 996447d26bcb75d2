"""The journal in a PostgreSQL database: for a team server, and several processes of it.

An acknowledged entry is on the server's disk. psycopg is imported on use, so that a workspace in a
folder needs neither it nor a server.
"""

from __future__ import annotations

import selectors
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from groundplan.records.appending import Execute, Turn
from groundplan.records.chained import TABLES, ChainedJournal, check_schema
from groundplan.records.connections import Connections
from groundplan.terms.errors import BadInput, GroundplanError, Refused, SourceBroken, SourceDown

if TYPE_CHECKING:
    import psycopg

VARIABLE: Final = "GROUNDPLAN_DATABASE_URL"
BUSY_S: Final = 30.0
CONNECT_S: Final = 10
MOST_READERS: Final = 4
BYTE_ORDER: Final = ' collate "C"'  # names sort alike on every server, and as in SQLite
MAKING: Final = 0x47504A4C  # a lock's number: one process at a time makes the tables

_NOTHING_LOST = "nothing that was acknowledged is lost"
_AGAIN = f"try again; {_NOTHING_LOST}, and under the same key nothing is written twice."


class PostgresJournal(ChainedJournal):
    """The journal of one team server; safe for several processes and threads.

    url: as libpq reads it. clock: says when, as an aware datetime. Raises SourceBroken for tables
    that are not a journal's, Refused for one of another schema or a database that cannot hold
    every text, SourceDown where the server cannot be reached or written now.
    """

    def __init__(self, url: str, clock: Callable[[], datetime], *, busy_s: float = BUSY_S) -> None:
        super().__init__(clock)
        self._url = url
        self._busy_s = busy_s
        self._name = _name_of(url)
        self._writers = Connections(self._connect, _close, 1, _answers)
        self._readers = Connections(self._connect, _close, MOST_READERS, _answers)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> psycopg.Connection[Any]:
        import psycopg  # noqa: PLC0415 - only a team server needs it

        connection = psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=CONNECT_S,
            application_name="groundplan",
            client_encoding="utf8",
            tcp_user_timeout=round(self._busy_s * 1000),
        )
        connection.execute(
            # whatever the server's own defaults are, what is acknowledged is on its disk, and a
            # writer whose machine died gives way to the next
            "select set_config('synchronous_commit', 'on', false), "
            "set_config('default_transaction_isolation', 'read committed', false), "
            "set_config('lock_timeout', %(busy)s, false), "
            "set_config('idle_in_transaction_session_timeout', %(busy)s, false)",
            {"busy": f"{round(self._busy_s * 1000)}ms"},
        )
        return connection

    def _prepare(self) -> None:
        with self._transaction() as execute:
            encoding = execute("select current_setting('server_encoding')", ())[0][0]
            if encoding != "UTF8":
                raise Refused(
                    f"the database {self._name} keeps text as {encoding}, which holds few names",
                    "Create one with encoding UTF8 and name it.",
                )
            execute("select pg_advisory_xact_lock(?)", (MAKING,))
            tables = execute(
                "select to_regclass('groundplan_journal'), to_regclass('groundplan_entry')", ()
            )[0]
            if tables == (None, None):
                for statement in TABLES:
                    execute(statement.format(n="bigint", c=BYTE_ORDER), ())
            check_schema(f"the journal in {self._name}", self._schema(execute))

    def _schema(self, execute: Execute) -> int:
        columns = execute(
            "select 1 from pg_attribute where attrelid = to_regclass('groundplan_journal') "
            "and attname in ('schema', 'entries', 'at')",
            (),
        )
        found = execute("select schema from groundplan_journal", ()) if len(columns) == 3 else []
        if len(found) != 1:
            raise SourceBroken(
                f"{self._name} holds tables of something else under the names of a journal's",
                "Name another database; nothing in this one was changed.",
            )
        return int(found[0][0])

    def close(self) -> None:
        """Release the connections."""
        self._readers.close()
        self._writers.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query with `?` for its values finds now; readers never wait for the writer."""
        with self._explained(), self._readers.lent() as connection:
            return connection.execute(_in_psycopg(sql), values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[Turn]:
        """The only writer's turn; when it ends, all that was done is on the disk, or nothing is."""
        with self._transaction() as execute:
            entries, at = execute("select entries, at from groundplan_journal for update", ())[0]
            yield Turn(execute, entries, at)

    @contextmanager
    def _transaction(self) -> Iterator[Execute]:
        with self._explained(), self._writers.lent() as connection:

            def execute(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
                cursor = connection.execute(_in_psycopg(sql), values)
                return cursor.fetchall() if cursor.description else []

            # whatever goes wrong closes the connection, which takes everything back
            connection.execute("begin")
            yield execute
            connection.execute("commit")

    def sweep(self) -> None:
        """Leave nothing of erased words in the table's files: they are written anew."""
        with self._explained(), self._writers.lent() as connection:
            connection.execute("vacuum (full) groundplan_entry")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        import psycopg  # noqa: PLC0415

        try:
            yield
        except psycopg.Error as error:
            raise _explain(error, self._name) from error


@cache
def _in_psycopg(sql: str) -> Any:
    return sql.replace("?", "%s").encode()  # psycopg takes literal text or bytes only


def _close(connection: psycopg.Connection[Any]) -> None:
    connection.close()


def _answers(connection: psycopg.Connection[Any]) -> bool:
    # a server that was restarted meanwhile must not cost anybody an error; a connection that it
    # ended has something to read, so that a silent one need not be asked
    import psycopg  # noqa: PLC0415

    try:
        with selectors.DefaultSelector() as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            if selector.select(0):
                connection.execute("")
    except (psycopg.Error, OSError):
        return False
    return True


def _name_of(url: str) -> str:
    """The database that a URL names, without user and password."""
    try:
        from psycopg import ProgrammingError  # noqa: PLC0415
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415
    except ImportError as error:
        raise Refused(
            "a journal in PostgreSQL needs psycopg, which is not installed",
            "Install it: pip install 'groundplan[team]'.",
        ) from error
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError:
        parts = {"host": "@"}
    host = str(parts.get("host") or "localhost")
    if "@" in host:
        # nothing of the URL or of libpq's complaint is shown: they may hold the password
        raise BadInput(
            VARIABLE,
            "an address that cannot be read",
            "postgresql://user:password@host/database",
            "In a password, write @ as %40, / as %2F, : as %3A and % as %25.",
        )
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"{host}{port}/{parts.get('dbname') or ''}"


def _explain(error: psycopg.Error, name: str) -> GroundplanError:
    text = f"{name}: {(str(error).strip() or type(error).__name__).splitlines()[0]}"
    state = error.sqlstate or ""
    if state == "55P03":
        return SourceDown(text, f"Another process is writing; {_AGAIN}", 1.0)
    if state == "25006":
        return SourceDown(text, f"Name the server that may be written to; {_NOTHING_LOST}.")
    if state == "42501":
        return SourceDown(text, "Give its user the right to create, read and write tables there.")
    if state.startswith(("531", "58")) or "could not extend" in text or "could not write" in text:
        return SourceDown(text, f"Free some space on the server and {_AGAIN}")
    if not state or state.startswith(("08", "53", "57P", "25P03")):
        return SourceDown(
            text, f"Start the server, or check the address in {VARIABLE}, and {_AGAIN}", 5.0
        )
    return SourceBroken(text, "Name a journal, or restore this one from a backup.")
