"""A real PostgreSQL server in a temporary folder, on a socket of its own; may be killed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

PATIENCE_S = 60.0


def find_programs() -> Path | None:
    """The folder of initdb and postgres, of the newest version that is installed."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(versions, key=lambda path: int(path.parent.name.split(".")[0]), reverse=True)
    return next((path for path in folders if (path / "postgres").exists()), None)


def unprivileged() -> tuple[int, int] | None:
    """Whom the server runs as where the tests run as root, which it refuses."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    return user.pw_uid, user.pw_gid


class PostgresServer:
    """A cluster of its own; durable like any other: nothing of fsync is switched off.

    most_file_kib: no file may grow beyond, as on a disk that is full.
    """

    def __init__(self, programs: Path, most_file_kib: int | None = None) -> None:
        self._programs = programs
        self._most_file_kib = most_file_kib
        self._folder = Path(tempfile.mkdtemp(prefix="gp"))  # a socket's path may not be long
        self.data = self._folder / "data"
        if user := unprivileged():
            os.chown(self._folder, *user)
        self._run(
            str(programs / "initdb"), "--no-sync", "--auth=trust", "--username=groundplan",
            "--encoding=UTF8", "--locale=C", "-D", str(self.data),
            *(["--wal-segsize=1"] if most_file_kib else []),
        )  # fmt: skip
        self.start()

    def _as_user(self) -> dict[str, object]:
        user = unprivileged()
        who = {"user": user[0], "group": user[1], "extra_groups": []} if user else {}
        return {"cwd": self._folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}, **who}

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, **self._as_user()
        )
        assert done.returncode == 0, done.stderr

    def url(self, schema: str = "public", database: str = "postgres") -> str:
        """The address of a schema."""
        options = f"options=-csearch_path%3D{schema}"
        return f"postgresql://groundplan@/{database}?host={self._folder}&{options}"

    def execute(self, *statements: str, schema: str = "public") -> list[tuple[object, ...]]:
        """Run SQL as an outsider; the rows of the last statement."""
        with psycopg.connect(self.url(schema), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        """Start the server, as often as children of a killed one make it refuse."""
        limit = f"ulimit -f {self._most_file_kib * 2}; " if self._most_file_kib else ""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with (self._folder / "log").open("ab") as log:
                self._process = subprocess.Popen(
                    ["sh", "-c", f'{limit}exec "$0" -D data -k "$1" -c listen_addresses=',
                     str(self._programs / "postgres"), str(self._folder)],
                    stdout=log, stderr=log, **self._as_user(),
                )  # fmt: skip
            while self._process.poll() is None:
                with contextlib.suppress(psycopg.OperationalError):
                    psycopg.connect(self.url()).close()
                    return
                assert time.monotonic() < deadline, (self._folder / "log").read_text()
                time.sleep(0.05)
            assert time.monotonic() < deadline, (self._folder / "log").read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop the server at once, its clients told."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE_S)

    def kill(self) -> None:
        """SIGKILL to the postmaster and all its children, as in a crash."""
        task = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        children = [int(pid) for pid in task.read_text().split()]
        for pid in (self._process.pid, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(PATIENCE_S)

    def remove(self) -> None:
        """Stop the server and delete its folder."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
