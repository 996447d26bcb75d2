"""Which hosts and trackers a workspace reads, and where the secret of each is; never the secret."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Final

from groundplan import sources
from groundplan.bootstrap.secrets import read_secret
from groundplan.facts.erasure import Mask
from groundplan.facts.host import HOST_PREFIX
from groundplan.facts.ledger import Ledger
from groundplan.facts.raw import Raw, RawReply
from groundplan.sources.http.secrets import Auth, Nobody, Secret
from groundplan.sources.http.sync import Source, Synced, rebuild, sync
from groundplan.terms.errors import BadInput, NotFound, SourceBroken
from groundplan.terms.progress import Progress, Silent

WORKING_TIME: Final = ("zone", "opens", "closes", "days_off")


@dataclass(frozen=True, slots=True)
class Connection:
    """One thing that is read.

    by: the source's folder. name: what it is called there. api: its server's address, "" for the
    usual one. secret: where the token is (bootstrap/secrets.py), "" to ask without. user: whose
    it is, where the server wants to know. app, installation: of a GitHub App; then the secret is
    its private key. hook: where the secret is that pushes are signed with, "" to take none. zone,
    opens, closes, days_off: when the owner of a calendar works (sources/ics/hours.py).
    """

    by: str
    name: str
    api: str = ""
    secret: str = ""
    user: str = ""
    app: str = ""
    installation: str = ""
    hook: str = ""
    zone: str = ""
    opens: str = ""
    closes: str = ""
    days_off: str = ""

    @property
    def address(self) -> str:
        """As people write it: `github:owner/name`."""
        return f"{self.by}:{self.name}"


class Connections:
    """The connections of a workspace, in a file that people may read and change."""

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        self._path = folder / "connections.json"
        self._environ = environ

    def load(self) -> tuple[Connection, ...]:
        """Every connection, in the order they were made."""
        if not self._path.exists():
            return ()
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            return tuple(Connection(**each) for each in told)
        except (ValueError, TypeError) as error:
            raise SourceBroken(
                f"{self._path}: no list of connections", "Mend it, or delete it and connect again."
            ) from error

    def find(self, address: str) -> Connection:
        """The connection that is called so."""
        for each in self.load():
            if address in (each.address, each.name):
                return each
        raise NotFound(f"{address} is not connected", "Connect it: groundplan sync SOURCE:NAME")

    def add(self, made: Connection) -> None:
        """Keep a connection, in place of one to the same thing. Errors: BadInput if it is none."""
        self.open_offline(made, Silent())
        kept = [each for each in self.load() if each.address != made.address]
        self._write((*kept, made))

    def _write(self, connections: Iterable[Connection]) -> None:
        told = [{n: v for n, v in asdict(each).items() if v} for each in connections]
        unfinished = self._path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(self._path)

    def guess(self, address: str, api: str = "") -> Connection:
        """A connection of `source:name` with the secrets that the environment has for it."""
        by, _, name = address.partition(":")
        if by not in list_sources() or not name:
            raise BadInput("connection", address, f"SOURCE:NAME, of {', '.join(list_sources())}")
        module = _fetch_of(by)
        token, hook = (self._find_set(module, names) for names in ("TOKENS", "HOOKS"))
        user = ""
        if token and hasattr(module, "needs_user") and module.needs_user(name, api):
            user = self._environ.get(self._find_set(module, "USERS"), "")
        return Connection(
            by, name, api, token and f"env:{token}", user, hook=hook and f"env:{hook}"
        )

    def _find_set(self, module: Any, names: str) -> str:
        """The first of some names in the environment that is set."""
        told: Sequence[str] = getattr(module, names, ())
        return next((name for name in told if self._environ.get(name)), "")

    def open(self, connection: Connection, progress: Progress) -> Source:
        """The source behind a connection, ready to be asked. Errors: those of its secret."""
        return self._connect(connection, self._auth(connection), progress)

    def open_offline(self, connection: Connection, progress: Progress) -> Source:
        """The source behind a connection to shape with, without its secret."""
        # what kind of thing it is may follow from the kind of secret, as with a calendar's link
        placeholder = Secret("https://offline.invalid/")
        module = _fetch_of(connection.by)
        has_one = bool(connection.secret)
        auth = module.show_token(placeholder, connection.user) if has_one else Nobody()
        return self._connect(connection, auth, progress)

    def find_place(self, place: str, progress: Progress) -> tuple[Connection, Source] | None:
        """The connection that is pushed to under a name, ready to shape; None if there is none.

        place: the source's id without its prefix.
        """
        pushed = self._list_pushed(progress)
        return next(((each, source) for each, source in pushed
                     if place == places_of(each, source)[0]), None)  # fmt: skip

    def find_group(self, place: str, progress: Progress) -> list[tuple[Connection, Source]]:
        """The connections of an organisation that pushes about all of them to one place."""
        pushed = self._list_pushed(progress)
        return [(each, source) for each, source in pushed if place == places_of(each, source)[1]]

    def _list_pushed(self, progress: Progress) -> Iterator[tuple[Connection, Source]]:
        for each in self.load():
            if each.hook:
                yield each, self.open_offline(each, progress)

    def read_hook(self, connection: Connection) -> Secret:
        """The secret that pushes to a connection are signed with. Errors: those of secrets."""
        return read_secret(connection.hook, self._environ)

    def _connect(self, connection: Connection, auth: Auth, progress: Progress) -> Source:
        module = _fetch_of(connection.by)
        told = {name: getattr(connection, name) for name in ("api", *WORKING_TIME)}
        given = {name: text for name, text in told.items() if text}
        for name in set(given) - {"api", *getattr(module, "WORKING_TIME", ())}:
            raise BadInput(name, given[name], "of a calendar only, such as ics:you@example.com")
        source: Source = module.connect(connection.name, auth, progress, **given)
        return source

    def _auth(self, connection: Connection) -> Auth:
        if not connection.secret:
            return Nobody()
        secret = read_secret(connection.secret, self._environ)
        module = _fetch_of(connection.by)
        if connection.app:
            api = {"api": connection.api} if connection.api else {}
            given: Auth = module.ask_as_app(connection.app, connection.installation, secret, **api)
            return given
        token: Auth = module.show_token(secret, connection.user)
        return token

    def sync(
        self,
        connection: Connection,
        stores: tuple[Ledger, Raw],
        progress: Progress,
        clock: Callable[[], datetime],
    ) -> Synced:
        """Read what is new of one connection."""
        source: Any = self.open(connection, progress)
        try:
            return sync(*stores, source, progress, clock=clock)
        finally:
            source.client.close()

    def rebuild(
        self, connection: Connection, stores: tuple[Ledger, Raw], progress: Progress
    ) -> int:
        """Make the facts of one connection anew from its raw replies; how many there were."""
        return rebuild(*stores, self.open_offline(connection, progress), progress)

    def erase(self, stores: tuple[Ledger, Raw], progress: Progress) -> int:
        """Cover in the raw replies whoever was erased from the facts; how many were changed.

        A connection that was theirs, such as to their calendar, is given up with all that it told.
        """
        ledger, raw = stores
        changed = 0
        for connection in self.load():
            source: Any = self.open_offline(connection, progress)
            with ledger.run(source.source) as run:
                changed += raw.erase(source.source, partial(_cover, source, run.mask))
                theirs = hasattr(source, "is_gone") and source.is_gone(run.mask)
            if theirs:
                raw.forget(source.source)
                ledger.forget(source.source)
                self._write(each for each in self.load() if each != connection)
        return changed


def places_of(connection: Connection, source: Source) -> tuple[str, str]:
    """Where a connection is pushed to: its own place, and its organisation's, "" without one."""
    own = source.source.removeprefix(HOST_PREFIX)
    home, _, name = connection.name.rpartition("/")
    shared = own.removesuffix(f"-{name.lower()}")
    return own, shared if home and shared != own else ""


@cache
def list_sources() -> tuple[str, ...]:
    """What can be connected: the folders of sources/ whose fetch.py has `connect`."""
    folders = [module.name for module in iter_modules(sources.__path__) if module.ispkg]
    fetching = [name for name in folders if find_spec(f"{sources.__name__}.{name}.fetch")]
    return tuple(sorted(name for name in fetching if hasattr(_fetch_of(name), "connect")))


def _fetch_of(name: str) -> Any:
    return import_module(f"{sources.__name__}.{name}.fetch")


def _cover(source: Source, mask: Mask, reply: RawReply) -> bytes:
    return source.cover(reply.body, mask)
