"""A workspace that is pushed to, and requests as servers send them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from groundplan.bootstrap.connections import Connection, Connections
from groundplan.bootstrap.receiving import Receiver
from groundplan.interfaces.web.hooks import create_hooks
from groundplan.terms.progress import Silent
from tests.sources.http_server import Clock
from tests.sources.stores import Stores

HOOK = "plantedHookSecretPlantedHookSecret001"
GITHUB, GITLAB, PUSH = "github-ann-engine", "gitlab-ann-engine", "push-ci"


class Heard(Silent):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


class Hooked(Stores):
    """A workspace folder with connections that take pushes, and a client of its hooks."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(folder, Clock())
        monkeypatch.setenv("PLANTED_HOOK", HOOK)
        self.known = Connections(folder)
        for by, name in (("github", "ann/engine"), ("gitlab", "ann/engine"), ("push", "ci")):
            self.connect(by, name)
        self.heard = Heard()
        self.receiver = Receiver(folder, (self.ledger, self.raw), self.heard, self.clock.now)
        self.client = TestClient(create_hooks(self.receiver), raise_server_exceptions=False)

    def connect(self, by: str, name: str, hook: str = "env:PLANTED_HOOK") -> None:
        self.known.add(Connection(by, name, hook=hook))

    def close(self) -> None:
        self.client.close()
        super().close()

    def github(
        self, event: str, body: bytes, place: str = GITHUB, kind: str = "application/json"
    ) -> httpx.Response:
        mark = hmac.new(HOOK.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "X-GitHub-Event": event, "X-GitHub-Delivery": hashlib.sha256(body).hexdigest()[:12],
            "X-Hub-Signature-256": f"sha256={mark}", "Content-Type": kind,
        }  # fmt: skip
        return self.send(place, body, headers)

    def gitlab(self, told: Any, token: str = HOOK) -> httpx.Response:
        headers = {"X-Gitlab-Token": token, "X-Gitlab-Event-UUID": "e-1"}
        return self.send(GITLAB, json.dumps(told).encode(), headers)

    def push(self, told: Any, token: str = HOOK) -> httpx.Response:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        return self.send(PUSH, body, {"Authorization": f"Bearer {token}"})

    def send(self, place: str, body: bytes, headers: Mapping[str, str | bytes]) -> httpx.Response:
        told = {
            name.encode(): v if isinstance(v, bytes) else v.encode() for name, v in headers.items()
        }
        return self.client.post(f"/{place}", content=body, headers=told)
