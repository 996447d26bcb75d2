"""Three real hosts on loopback addresses. Without sshd their tests are skipped, in CI they fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from ssh_servers import SSHServer, find_sshd, make_key


class Fleet:
    """Three servers, the key that all of them take, and what is known of them."""

    def __init__(self, folder: Path, sshd: str) -> None:
        self.folder = folder
        self.key = folder / "key"
        make_key(self.key)
        self.servers = [
            SSHServer(sshd, folder / f"host{nr}", f"127.0.0.{nr}", self.key,
                      clock="+1 day" if nr == 3 else "")
            for nr in (1, 2, 3)
        ]  # fmt: skip
        self.known_hosts = folder / "known_hosts"
        self.known_hosts.write_text("".join(f"{one.known_host}\n" for one in self.servers))

    def tables(self) -> str:
        """All three in a plan: one, two and three."""
        names = ("one", "two", "three")
        return "".join(
            server.table(name, self.key, self.known_hosts)
            for name, server in zip(names, self.servers, strict=True)
        )


@pytest.fixture(scope="session")
def sshd() -> str:
    """Where sshd is."""
    found = find_sshd()
    if found is None:
        says = "no sshd: `make servers` installs it (on Debian: apt install openssh-server)"
        if os.environ.get("CI") == "true":
            pytest.fail(says)
        pytest.skip(says)
    return found


@pytest.fixture
def fleet(sshd: str, tmp_path: Path) -> Iterator[Fleet]:
    """Three hosts of one test."""
    made = Fleet(tmp_path, sshd)
    yield made
    for server in made.servers:
        server.kill()
