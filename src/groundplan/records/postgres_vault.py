"""The vault of a team server, in the database of its journal; psycopg is imported on use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from groundplan.records.vault import Kind, Secret, Step
from groundplan.terms.errors import Refused, SourceBroken, SourceDown

if TYPE_CHECKING:
    from psycopg import Connection

SCHEMA_VERSION: Final = 1
MOST_CONNECTIONS: Final = 4
PATIENCE_S: Final = 10.0

_SCHEMA = """
create table if not exists groundplan_vault_schema (version integer not null);
insert into groundplan_vault_schema select 1
  where not exists (select 1 from groundplan_vault_schema);
create table if not exists groundplan_secret (
  kind text not null, key text not null, owner text not null, body jsonb not null,
  made_at timestamptz not null, expires_at timestamptz, used_at timestamptz,
  primary key (kind, key));
create index if not exists groundplan_secret_owner on groundplan_secret (owner, kind, made_at);
create index if not exists groundplan_secret_expiry on groundplan_secret (expires_at);
"""
_SECRET = "kind, key, owner, body, made_at, expires_at, used_at"
_LOCK = "select pg_advisory_xact_lock(hashtextextended(%s, 1))"


class PostgresVault:
    """The vault of one team server; safe for several processes and threads.

    Raises SourceDown while the database cannot be reached, Refused for a newer schema.
    """

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        from psycopg_pool import ConnectionPool  # noqa: PLC0415 - only a team server has it

        self._clock = clock
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=MOST_CONNECTIONS,
            timeout=PATIENCE_S,
            open=True,
            check=ConnectionPool.check_connection,
        )
        try:
            self._prepare()
        except BaseException:
            self._pool.close()
            raise

    def _prepare(self) -> None:
        with self._connected() as connection:
            connection.execute(_LOCK, ("groundplan vault schema",))
            connection.execute(_SCHEMA)
            row = connection.execute("select max(version) from groundplan_vault_schema").fetchone()
            if row is not None and row[0] > SCHEMA_VERSION:
                raise Refused(
                    f"the vault was written by a newer Groundplan (schema {row[0]}, this one "
                    f"reads {SCHEMA_VERSION})",
                    "Update Groundplan; nothing in the vault was changed.",
                )

    def change(self, kind: Kind, key: str, step: Step) -> Secret | None:
        """Replace what stands under a key by what `step` makes of it; what stood there before."""
        with self._connected() as connection:
            # a row that is not there yet cannot be locked, its name can
            connection.execute(_LOCK, (f"{kind}/{key}",))
            found = self._find(connection, kind, key)
            wanted = step(found)
            if wanted is None:
                connection.execute(
                    "delete from groundplan_secret where kind = %s and key = %s", (kind, key)
                )
            elif wanted != found:
                connection.execute(
                    f"insert into groundplan_secret ({_SECRET}) values (%s, %s, %s, %s, %s, %s, %s)"
                    " on conflict (kind, key) do update set owner = excluded.owner, "
                    "body = excluded.body, made_at = excluded.made_at, "
                    "expires_at = excluded.expires_at, used_at = excluded.used_at",
                    _row(wanted),
                )
        return found

    def find(self, kind: Kind, key: str) -> Secret | None:
        """What stands under the key."""
        with self._connected() as connection:
            return self._find(connection, kind, key)

    def _find(self, connection: Connection[Any], kind: Kind, key: str) -> Secret | None:
        row = connection.execute(
            f"select {_SECRET} from groundplan_secret where kind = %s and key = %s", (kind, key)
        ).fetchone()
        found = None if row is None else _secret(row)
        return found if found is not None and found.holds(self._clock()) else None

    def list_of(self, kind: Kind, owner: str) -> Sequence[Secret]:
        """The secrets of one kind and owner, oldest first."""
        with self._connected() as connection:
            rows = connection.execute(
                f"select {_SECRET} from groundplan_secret where owner = %s and kind = %s "
                "order by made_at, key",
                (owner, kind),
            ).fetchall()
        now = self._clock()
        return [secret for secret in map(_secret, rows) if secret.holds(now)]

    def remove_all(self, owner: str, *kinds: Kind) -> int:
        """Delete what a person has of these kinds, of every kind if none is named [secrets]."""
        with self._connected() as connection:
            return connection.execute(
                "delete from groundplan_secret where owner = %s and (%s or kind = any(%s))",
                (owner, not kinds, [str(kind) for kind in kinds]),
            ).rowcount

    def purge(self) -> int:
        """Delete what has expired [secrets]."""
        with self._connected() as connection:
            return connection.execute(
                "delete from groundplan_secret where expires_at <= %s", (self._clock(),)
            ).rowcount

    def close(self) -> None:
        """Release the connections."""
        self._pool.close()

    @contextmanager
    def _connected(self) -> Iterator[Connection[Any]]:
        import psycopg  # noqa: PLC0415
        from psycopg_pool import PoolTimeout  # noqa: PLC0415

        try:
            with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise SourceDown(
                f"the vault's database cannot be reached: {str(error).splitlines()[0]}",
                "Nobody was signed in or out; try again when the database is back.",
                PATIENCE_S,
            ) from error
        except psycopg.Error as error:
            raise SourceBroken(
                f"the vault's database: {str(error).splitlines()[0]}",
                "Give it a database of its own, and a user that may create tables there.",
            ) from error


def _secret(row: tuple[Any, ...]) -> Secret:
    kind, key, owner, body, *times = row
    made_at, expires_at, used_at = (time and time.astimezone(UTC) for time in times)
    return Secret(Kind(kind), key, owner, made_at, body, expires_at, used_at)


def _row(secret: Secret) -> tuple[Any, ...]:
    from psycopg.types.json import Jsonb  # noqa: PLC0415

    body = Jsonb(dict(secret.body))
    times = (secret.made_at, secret.expires_at, secret.used_at)
    return (str(secret.kind), secret.key, secret.owner, body, *times)
