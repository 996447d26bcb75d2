"""Real sshd processes on loopback addresses, each with a host key of its own."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

PATIENCE_S = 20.0


def find_sshd() -> str | None:
    """Where sshd is; it must be called by its whole path."""
    return shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def make_key(path: Path) -> str:
    """A new key pair; the public line."""
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)]
    subprocess.run(words, check=True, capture_output=True)
    return path.with_suffix(".pub").read_text().strip()


class SSHServer:
    """A server that lets in whoever holds `key`, as the user that runs the tests.

    clock: such as "+1 day": what `date` says there, so that a host's clock can be wrong.
    """

    def __init__(self, sshd: str, folder: Path, address: str, key: Path, clock: str = "") -> None:
        self.address = address
        self.folder = folder
        self._sshd = sshd
        folder.mkdir()
        self.host_key = make_key(folder / "host_key")
        shutil.copy(key.with_suffix(".pub"), folder / "authorized_keys")
        with socket.socket() as free:
            free.bind((address, 0))
            self.port = int(free.getsockname()[1])
        path = os.environ["PATH"]
        if clock:
            programs = folder / "bin"
            programs.mkdir()
            date = programs / "date"
            date.write_text(f'#!/bin/sh\nexec {shutil.which("date")} -d "{clock}" "$@"\n')
            date.chmod(0o755)
            path = f"{programs}:{path}"
        (folder / "sshd_config").write_text(
            f"ListenAddress {address}\nPort {self.port}\nHostKey {folder}/host_key\n"
            f"AuthorizedKeysFile {folder}/authorized_keys\nPidFile {folder}/pid\n"
            "UsePAM no\nStrictModes no\nPasswordAuthentication no\nPermitRootLogin yes\n"
            f'KbdInteractiveAuthentication no\nSetEnv PATH="{path}"\n'
        )
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self.start()

    @property
    def user(self) -> str:
        """Who is let in."""
        return getpass.getuser()

    @property
    def known_host(self) -> str:
        """The line of a file of known hosts."""
        return f"[{self.address}]:{self.port} {self.host_key}"

    def table(self, name: str, key: Path, known_hosts: Path) -> str:
        """The host in a plan."""
        return (
            f'[hosts.{name}]\naddress = "{self.user}@{self.address}:{self.port}"\n'
            f'key = "{key}"\nknown_hosts = "{known_hosts}"\nfolder = "{self.folder}"\n'
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = self.folder / "log"
        words = [self._sshd, "-D", "-e", "-f", str(self.folder / "sshd_config")]
        with log.open("ab") as stream:
            self._process = subprocess.Popen(words, stdout=stream, stderr=stream)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection((self.address, self.port), 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError(log.read_text())

    def kill(self) -> None:
        """Kill the server and every connection that it serves, as when a machine dies."""
        subprocess.run(["pkill", "-KILL", "-P", str(self._process.pid)], check=False)
        self._process.kill()
        self._process.wait()
