"""A real Redmine, as Debian packages it, for a test or a recording; and a team's life in it.

It works on a copy of the packaged database: statuses, trackers and roles are Redmine's defaults.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

HOME = Path("/usr/share/redmine")
PACKAGED = Path("/var/lib/dbconfig-common/sqlite3/redmine/instances/default/redmine_default")
PATIENCE_S = 120
PEOPLE = ("ann", "ben", "cem", "dora")
NEW, DOING, RESOLVED, CLOSED, REJECTED = 1, 2, 3, 5, 6  # statuses
BUG, FEATURE = 1, 2  # trackers
DEVELOPER = 4  # a role


def find_redmine() -> str:
    """The command that starts it; "" where it is not installed."""
    ready = HOME.is_dir() and os.access(PACKAGED, os.R_OK)
    return (shutil.which("puma") or "") if ready else ""


class Redmine:
    """A running server. key: an admin's; reader: the key of somebody who may only read."""

    def __init__(self, base: str, key: str) -> None:
        self.base = base
        self.reader = ""
        self._http = httpx.Client(base_url=base, headers={"X-Redmine-API-Key": key}, timeout=60)

    def close(self) -> None:
        self._http.close()

    def get(self, path: str) -> Any:
        return self._http.get(f"/{path}.json").raise_for_status().json()

    def find(self, path: str, **asked: str) -> Any:
        """A thing, asked for with more; None if it is no more."""
        found = self._http.get(f"/{path}.json", params=asked)
        return None if found.status_code == 404 else next(iter(found.json().values()))

    def make(self, path: str, name: str, by: str = "admin", /, **told: Any) -> Any:
        found = self._http.post(f"/{path}.json", json={name: told}, headers=_as(by))
        assert found.status_code == 201, found.text
        return found.json()[name]

    def change(self, path: str, name: str, by: str = "admin", /, **told: Any) -> None:
        found = self._http.put(f"/{path}.json", json={name: told}, headers=_as(by))
        assert found.status_code == 204, found.text

    def delete(self, path: str) -> None:
        self._http.delete(f"/{path}.json").raise_for_status()


def _as(login: str) -> dict[str, str]:
    return {} if login == "admin" else {"X-Redmine-Switch-User": login}


@contextmanager
def running(folder: Path) -> Iterator[Redmine]:
    """A server of its own until the end of the block."""
    database, key = folder / "redmine.db", secrets.token_hex(20)
    shutil.copyfile(PACKAGED, database)
    with closing(sqlite3.connect(database, isolation_level=None)) as tables:
        now = "2026-01-01"
        tables.execute("update users set must_change_passwd = 0")
        tables.execute("insert into settings values (null, 'rest_api_enabled', '1', ?)", (now,))
        tables.execute("insert into tokens values (null, 1, 'api', ?, ?, ?)", (key, now, now))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [find_redmine(), "-e", "production", "-b", f"tcp://127.0.0.1:{port}", "-t", "1:4"],
        cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "DATABASE_URL": f"sqlite3:{database}", "RAILS_LOG_TO_STDOUT": "1"},
    )  # fmt: skip
    redmine = Redmine(base, key)
    try:
        _wait(redmine, server)
        yield redmine
    finally:
        redmine.close()
        server.terminate()
        server.wait()


def _wait(redmine: Redmine, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and server.poll() is None:
        try:
            redmine.get("issue_statuses")
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError("Redmine did not start")


class Team:
    """Four people and a project. numbers: of the issues in the order they were made."""

    def __init__(self, redmine: Redmine) -> None:
        self.redmine = redmine
        self.ids: dict[str, int] = {}
        self.project = redmine.make("projects", "project", name="Engine", identifier="engine")["id"]
        other = redmine.make("projects", "project", name="Other", identifier="other")
        self.other = other["id"]
        for login in (*PEOPLE, "rea"):
            made = redmine.make(
                "users", "user", login=login, firstname=login.title(), lastname="Example",
                mail=f"{login}@example.com", password=secrets.token_urlsafe(16),
            )  # fmt: skip
            self.ids[login] = made["id"]
            redmine.make(
                "projects/engine/memberships", "membership", user_id=made["id"],
                role_ids=[DEVELOPER],
            )  # fmt: skip
        redmine.reader = redmine.get(f"users/{self.ids['rea']}")["user"]["api_key"]
        self.version = self.add_version("1.0", due_date="2026-12-24")
        self.spare = self.add_version("0.9")
        self.numbers: list[int] = []

    def add_version(self, name: str, **told: Any) -> int:
        found = self.redmine.make("projects/engine/versions", "version", name=name, **told)
        return int(found["id"])

    def add_issue(self, subject: str, by: str = "ann", **told: Any) -> int:
        given = {"tracker_id": BUG, "priority_id": 2, "description": "plantedText", **told}
        project = {"project_id": self.project, "subject": subject}
        number = int(self.redmine.make("issues", "issue", by, **project, **given)["id"])
        self.numbers.append(number)
        return number

    def edit(self, number: int, by: str, **told: Any) -> None:
        self.redmine.change(f"issues/{number}", "issue", by, **told)

    def relate(self, number: int, words: str, other: int) -> int:
        path = f"issues/{number}/relations"
        told = {"issue_to_id": other, "relation_type": words}
        return int(self.redmine.make(path, "relation", **told)["id"])

    def work(self, number: int, by: str, hours: float, day: str) -> int:
        told = {"issue_id": number, "hours": hours, "spent_on": day, "activity_id": 9}
        return int(self.redmine.make("time_entries", "time_entry", by, **told)["id"])

    def live(self, many: int = 8) -> None:
        """Some weeks of a team: what begins, waits, ends, is given up, depends on another."""
        for nr in range(many):
            self.add_issue(f"Trouble {nr}", PEOPLE[nr % 3])
        first, second, third, fourth, *_ = self.numbers
        self.edit(first, "ben", status_id=DOING, assigned_to_id=self.ids["ben"])
        self.edit(first, "ben", notes="plantedText: on it")
        self.edit(first, "cem", subject="Starts are slow", estimated_hours=12)
        self.edit(first, "ben", status_id=RESOLVED, done_ratio=100)
        self.edit(first, "ann", status_id=CLOSED, fixed_version_id=self.version)
        self.edit(second, "admin", status_id=REJECTED, assigned_to_id=self.ids["dora"])
        self.edit(second, "ben", assigned_to_id="")
        self.edit(third, "cem", status_id=DOING, assigned_to_id=self.ids["dora"])
        self.edit(third, "ann", assigned_to_id=self.ids["ann"])
        self.edit(fourth, "ann", status_id=CLOSED)
        self.edit(fourth, "admin", status_id=DOING, notes="not yet")
        self.relate(first, "blocks", third)
        self.relate(second, "duplicates", first)
        self.edit(fourth, "ann", parent_issue_id=third)
        self.work(first, "ben", 2.5, "2026-11-02")
        self.work(third, "cem", 1.25, "2026-11-03")

    def go_on(self) -> None:
        """What happens after a reading: changes, ends, moves, work, people and things that go."""
        first, second, third, _, fifth, sixth, *_ = self.numbers
        self.edit(third, "ann", status_id=CLOSED)
        self.edit(first, "admin", status_id=DOING, notes="it came back")
        self.redmine.delete(f"issues/{fifth}")
        self.edit(sixth, "admin", project_id=self.other)
        self.add_issue("One more", "dora")
        self.work(first, "ben", 4, "2026-11-05")
        version = self.add_version("1.1")
        self.edit(second, "cem", fixed_version_id=version)
        self.redmine.delete(f"versions/{self.spare}")
