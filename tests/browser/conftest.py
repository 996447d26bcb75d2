"""A real server on a real workspace, and a real Chromium in front of it.

Without Chromium the tests are skipped with one line, and fail where CI=true.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from groundplan.access import LOCAL_VIEWER
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.web.app import create_app
from groundplan.interfaces.web.doors.settings import Settings
from groundplan.terms.progress import Silent
from tests.histories import History
from tests.interfaces.web.conftest import history, open_doors, read, workspace

__all__ = ["history", "workspace"]

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
NAMES = ("chromium", "chromium-browser", "google-chrome")


expect.set_options(timeout=20_000)  # the machine may be busy with something else
COOKIES: dict[str, tuple[str, str]] = {}  # by the server's address: of somebody signed in there


class Server:
    """A uvicorn of its own thread on a free port of this machine, with a vault of its own."""

    def __init__(self, opened: Workspace, folder: Path, team: bool = False) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.team = team
        self.doors = open_doors(opened, folder, Settings(self.address, team))
        config = uvicorn.Config(
            create_app(opened, self.doors), host="127.0.0.1", port=self.port, log_level="warning"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    @property
    def address(self) -> str:
        """Where it answers; passkeys need a name, not a number."""
        return f"http://{'localhost' if self.team else '127.0.0.1'}:{self.port}"

    def __enter__(self) -> Server:
        self._thread.start()
        for _ in range(200):
            if self._server.started:
                self.sign_in(LOCAL_VIEWER)
                return self
            time.sleep(0.05)
        raise AssertionError("the server did not start within ten seconds")

    def sign_in(self, person: str) -> None:
        """Pages that are opened from now on are this person's."""
        value = self.doors.sessions.start(person, "link", "A browser")
        COOKIES[self.address] = (self.doors.cookie, value)

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@pytest.fixture(scope="session")
def local_server(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server on the sample workspace."""
    with Server(workspace, tmp_path_factory.mktemp("doors")) as running:
        yield running


@pytest.fixture(scope="session")
def server(local_server: Server) -> str:
    """Its address."""
    return local_server.address


@pytest.fixture(scope="session")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on a workspace that has read nothing."""
    folder = tmp_path_factory.mktemp("nothing")
    opened = Workspace(folder, Silent())
    with Server(opened, folder) as running:
        yield running.address
    opened.close()


@pytest.fixture(scope="session")
def team_server(history: History, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A team's server with nobody on its roster yet."""
    folder = tmp_path_factory.mktemp("team")
    opened = read(folder, history)
    with Server(opened, folder, team=True) as running:
        yield running
    opened.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        says = "Chromium was not found (on Debian: apt install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(says)
        pytest.skip(says)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """What a page did that it should not: errors on the console, requests to elsewhere."""

    def __init__(self, context: BrowserContext) -> None:
        self.troubles: list[str] = []
        context.on("request", lambda request: self._see(request.url))
        context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        context.on("console", lambda said: self._hear(said.type, said.text))

    def _see(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "about:")):
            self.troubles.append(f"request to {url}")

    def _hear(self, kind: str, text: str) -> None:
        # that a page was refused is what some tests are about
        if kind in ("error", "warning") and "the server responded with a status of 4" not in text:
            self.troubles.append(f"{kind}: {text}")


Opener = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Opener]:
    """Opens pages in contexts of their own; fails the test if a page did what it should not."""
    watches: list[Watch] = []
    contexts: list[BrowserContext] = []

    def opener(address: str, *, stranger: bool = False, **settings: object) -> Page:
        context = chromium.new_context(
            **{"viewport": {"width": 1280, "height": 900}, **settings}  # type: ignore[arg-type]
        )
        for server, (name, value) in COOKIES.items():
            if address.startswith(server) and not stranger:
                context.add_cookies([{"name": name, "value": value, "url": server}])
        contexts.append(context)
        watches.append(Watch(context))
        page = context.new_page()
        page.goto(address)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert [trouble for watch in watches for trouble in watch.troubles] == []


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where to keep pictures of every page, if GROUNDPLAN_PICTURES names a folder."""
    folder = os.environ.get("GROUNDPLAN_PICTURES")
    if not folder:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)
