"""A workspace with two partners and an approved update, and servers to send it by."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from groundplan.access import LOCAL_VIEWER
from groundplan.bootstrap.secrets import read_secret
from groundplan.bootstrap.settings import utc_now
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.catalogue import Asker, answer, list_use_cases
from groundplan.interfaces.notices.courier import Courier, Round
from groundplan.interfaces.notices.settings import (
    Form,
    MailServer,
    Security,
    Webhook,
    keep_chat,
    keep_mail,
    read_settings,
)
from groundplan.records.journal import Saying
from groundplan.terms.progress import Silent
from tests.interfaces.notices import servers

CASES = {case.name: case for cases in list_use_cases().values() for case in cases}
PEOPLE = {"p8": ("Support Desk", "support@example.com"), "p9": ("Ona Example", "ona@example.com")}


class Team:
    """Somebody who leads, in front of a workspace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.opened = Workspace(folder, Silent())
        for person, (name, email) in PEOPLE.items():
            added = {"person": person, "name": name, "email": email}
            place = {"person": person, "team": "", "role": "partner", "since": "2026-01-01"}
            self.enter("people.added", added, person)
            self.enter("memberships.began", place, person)

    def enter(self, kind: str, body: dict[str, str], owner: str) -> None:
        journal = self.opened.journal
        saying = Saying("roster", kind, body, "workspace", owner)
        journal.append(saying, expected=journal.version("roster"))

    def ask(self, name: str, **given: Any) -> Any:
        case = CASES[name]
        return answer(self.opened, case, Asker(LOCAL_VIEWER), case.inputs(**given))

    def publish(self, *rooms: str, mail: bool = True) -> None:
        month = f"{utc_now():%Y-%m}"
        lines = ("Imports run by themselves | p8", "<b>Search</b> & 'quotes' | p9", "For all")
        self.ask("updates.edit", month=month, next=lines)
        self.ask("updates.approve", month=month)
        self.ask("updates.publish", month=month, mail=mail, chat=rooms)

    def send(self) -> Round:
        secrets = partial(read_secret, environ=os.environ)
        return Courier(self.opened, read_settings(self.folder), secrets, utc_now).deliver()

    def states(self) -> dict[str, str]:
        return {one.to: one.state.value for one in self.ask("updates.outbox").deliveries}

    def reasons(self) -> dict[str, str]:
        return {one.to: one.reason for one in self.ask("updates.outbox").deliveries}


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path / "workspace")
    yield made
    made.opened.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return servers.write_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def mail(
    team: Team, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[servers.MailServer]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("SMTP_PASSWORD", servers.PASSWORD)
    with servers.MailServer(certificate) as running:
        sender = "Platform <updates@example.com>"
        way = (servers.HOST, sender, running.port, Security.STARTTLS)
        keep_mail(team.folder, MailServer(*way, servers.USER, "env:SMTP_PASSWORD"))
        yield running


@pytest.fixture
def chat(team: Team, monkeypatch: pytest.MonkeyPatch) -> Iterator[servers.ChatServer]:
    with servers.ChatServer() as running:
        monkeypatch.setenv("ROOM", running.address)
        keep_chat(team.folder, "partners", Webhook(Form.SLACK, "env:ROOM"))
        yield running
