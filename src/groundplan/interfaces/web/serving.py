"""Starts the web face: for the one at this machine, or for a team behind a proxy.

`groundplan run` and `serve` differ only in what they do before.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from starlette.applications import Starlette

from groundplan.interfaces.web.app import create_app
from groundplan.interfaces.web.doors.doors import Doors
from groundplan.interfaces.web.doors.links import Purpose
from groundplan.interfaces.web.doors.settings import Settings, local_settings, team_settings
from groundplan.interfaces.web.hooks import Receiver
from groundplan.interfaces.web.workspace import Workspace
from groundplan.records.vault import Vault
from groundplan.terms.errors import BadInput

DATABASE_URL: Final = "GROUNDPLAN_DATABASE_URL"
LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Server:
    """A web face that is ready to be served.

    link: a one-time way in, "" where people sign in by themselves; until: when it stops working.
    """

    app: Starlette
    doors: Doors
    host: str
    port: int
    link: str
    until: datetime | None

    @property
    def address(self) -> str:
        """Where browsers find it."""
        return f"{self.doors.settings.url}/"

    def serve(self) -> None:
        """Answer until it is stopped."""
        import uvicorn  # noqa: PLC0415 - costs a quarter second that other commands need not pay

        # the link stands in the address of a request: no request is written to a log
        uvicorn.run(
            self.app, host=self.host, port=self.port, log_level="warning", access_log=False,
            lifespan="off",
        )  # fmt: skip


def prepare_local(workspace: Workspace, folder: Path, port: int) -> Server:
    """A server for this machine's user; its link lets one browser in."""
    settings = local_settings(port)
    doors = _open_doors(workspace, open_vault(folder, {}), settings)
    link, until = doors.invite(Purpose.LOCAL)
    return Server(create_app(workspace, doors), doors, LOOPBACK, port, link, until)


def prepare_team(
    workspace: Workspace,
    folder: Path,
    host: str,
    port: int,
    url: str = "",
    environ: Mapping[str, str] = os.environ,
    receiver: Receiver | None = None,
) -> Server:
    """A server for a team; while nobody is on the roster, its link makes the first admin.

    url: where browsers find it, else GROUNDPLAN_URL. receiver: takes what hosts push to `/hooks/`.
    BadInput names a setting that is not right.
    """
    if not host:
        raise BadInput("--host", host, "an address of this machine, 0.0.0.0 for all")
    settings = team_settings(environ, url)
    doors = _open_doors(workspace, open_vault(folder, environ), settings)
    link, until = ("", None) if workspace.roster().people else doors.invite(Purpose.FOUNDING)
    return Server(create_app(workspace, doors, receiver), doors, host, port, link, until)


def open_vault(folder: Path, environ: Mapping[str, str]) -> Vault:
    """The vault beside the journal: in its database if there is one, else in a file."""
    if url := environ.get(DATABASE_URL, ""):
        from groundplan.records.postgres_vault import PostgresVault  # noqa: PLC0415

        return PostgresVault(url, utc_now)
    from groundplan.records.sqlite_vault import SQLiteVault  # noqa: PLC0415

    return SQLiteVault(folder / "vault.sqlite", utc_now)


def _open_doors(workspace: Workspace, vault: Vault, settings: Settings) -> Doors:
    return Doors(vault, utc_now, settings, workspace.roster)


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)
