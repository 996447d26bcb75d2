"""A team's half-year: its repository, its hosts, its clock, and what it asks."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from groundplan.access import LOCAL_VIEWER
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.catalogue import Asker, answer, list_use_cases
from groundplan.sources.measurements.fetch import Trouble, measure
from groundplan.sources.measurements.plan import read_plan
from groundplan.sources.measurements.results import Result, write_results
from groundplan.terms.progress import Silent
from groundplan.terms.scope import Role
from tests.histories import History
from tests.interfaces.notices import servers
from tests.sources.measurements.ssh_servers import SSHServer, find_sshd, make_key

FIRST = date(2024, 4, 1)  # of the history
BEGINS, OVER = date(2025, 7, 1), date(2026, 1, 5)
PEOPLE = tuple(f"Person {nr} Example <p{nr}@example.com>" for nr in range(1, 8))
CASES = {case.name: case for cases in list_use_cases().values() for case in cases}
REPETITIONS = 4


class Clock:
    """The day that the script is at; each look at it is a moment later."""

    def __init__(self) -> None:
        self.now = datetime.combine(BEGINS, time(9), UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def go_to(self, day: date) -> None:
        """The morning of a day."""
        assert day >= self.now.date()
        self.now = max(self.now, datetime.combine(day, time(9), UTC))


class Team:
    """Everything that a team has: people who commit, hosts that measure, and one who asks."""

    def __init__(self, folder: Path, clock: Clock, hosts: list[SSHServer]) -> None:
        self.clock, self.hosts, self.folder = clock, hosts, folder
        self.repository = History(folder / "repository")
        self.rng = np.random.default_rng(1)
        self.written = FIRST
        self.committed = 0
        self.opened = Workspace(folder / "workspace", Silent(), clock)

    def ask(self, name: str, /, **given: Any) -> Any:
        """What a use case answers whoever leads."""
        case = CASES[name]
        inputs = msgspec.convert(given, case.inputs)
        return answer(self.opened, case, Asker(LOCAL_VIEWER), inputs)

    def add_partner(self, name: str, email: str) -> None:
        """Somebody who waits for what the team makes."""
        self.ask("people.add", name=name, email=email, role=Role.PARTNER)

    def work(self, until: date, a_week: int, *subjects: str) -> None:
        """Real commits until a day, about so many a week; people and subjects take turns."""
        stream: list[str] = []
        while self.written + timedelta(weeks=1) <= until:
            for nr in range(a_week + int(self.rng.integers(-1, 2))):
                at = datetime.combine(self.written, time(8), UTC) + timedelta(hours=5 * nr)
                subject = subjects[nr % len(subjects)].format(self.committed)
                stream.append(self._write(at, subject, not stream))
            self.written += timedelta(weeks=1)
        subprocess.run(
            ["git", "-C", str(self.repository.path), "fast-import", "--quiet"],
            input="".join(stream).encode(), check=True,
        )  # fmt: skip
        found = self.opened.read_names(self.repository.path)
        self.opened.read_lines(found.repo)
        self.opened.refresh()

    def _write(self, at: datetime, subject: str, first: bool) -> str:
        who = PEOPLE[self.committed % len(PEOPLE)]
        text = f"value = {self.committed}\n"
        before = "from refs/heads/main^0\n" if first and self.committed else ""
        self.committed += 1
        return (
            "commit refs/heads/main\n"
            f"author {who} {int(at.timestamp())} +0000\n"
            f"committer {who} {int(at.timestamp())} +0000\n"
            f"data {len(subject)}\n{subject}\n{before}"
            f"M 100644 inline part{self.committed % 9}.py\ndata {len(text)}\n{text}\n"
        )

    def plan(self, command: str) -> str:
        """What is to be measured, on all hosts."""
        key, known = self.folder / "key", self.folder / "known"
        hosts = [host.table(f"box{nr}", key, known) for nr, host in enumerate(self.hosts, 1)]
        return (
            f"[kpis.latency]\nunit = 'ms'\nrepetitions = {REPETITIONS}\nwarmups = 0\n"
            f"command = '''{command}'''\nchange = 0.1\n{''.join(hosts)}"
        )

    def measure(self, command: str, level: float, odd: float = 0.0) -> list[Trouble]:
        """One session over SSH, as `groundplan bench run` does it; what the hosts would measure."""
        for nr, host in enumerate(self.hosts, 1):
            here = level + (odd if nr == len(self.hosts) else 0.0)
            day = here + self.rng.normal(0, 0.5)
            values = day + self.rng.normal(0, 1, REPETITIONS)
            (host.folder / "numbers").write_text("".join(f"{value:.3f}\n" for value in values))
            (host.folder / "at").unlink(missing_ok=True)
        plan = read_plan(self.plan(command))
        way = plan.ways[0]
        self.ask("benchmarks.define", kpi=way.name, unit=way.unit, better=way.better,
                 how=way.command, change=way.change)  # fmt: skip
        kept: list[Result] = []
        name = f"{self.clock().date()} {command[:5]}"
        troubles = measure(plan, name, self.folder, kept.append, clock=self.clock)
        if kept:
            self.ask("benchmarks.record", results=write_results(kept))
        return troubles


@pytest.fixture
def clock() -> Clock:
    """Time, told by the script to everything that the workspace opens."""
    return Clock()


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[list[SSHServer]]:
    """Three real sshd processes on addresses of their own."""
    sshd = find_sshd()
    if sshd is None:
        says = "no sshd: `make servers` installs it"
        pytest.fail(says) if os.environ.get("CI") == "true" else pytest.skip(says)
    make_key(tmp_path / "key")
    made = [
        SSHServer(sshd, tmp_path / f"host{nr}", f"127.0.0.{nr}", tmp_path / "key")
        for nr in (1, 2, 3)
    ]
    (tmp_path / "known").write_text("".join(f"{one.known_host}\n" for one in made))
    yield made
    for one in made:
        one.kill()


@pytest.fixture
def team(tmp_path: Path, clock: Clock, hosts: list[SSHServer]) -> Iterator[Team]:
    """The team on its first day."""
    made = Team(tmp_path, clock, hosts)
    yield made
    made.opened.close()


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[servers.MailServer]:
    """A real mail server that wants STARTTLS and a sign-in."""
    certificate = servers.write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("SMTP_PASSWORD", servers.PASSWORD)
    with servers.MailServer(certificate) as running:
        yield running
