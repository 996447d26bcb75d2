"""A real standalone cluster on loopback, from the PySpark wheel: a master, and workers to kill."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

PATIENCE_S = 90.0
HOST = "127.0.0.1"
EXECUTOR_MIB = 512


def find_java() -> Path | None:
    """Where Java is, by JAVA_HOME or the PATH."""
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home, "bin", "java")) if home else shutil.which("java")
    return Path(found) if found and Path(found).exists() else None


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Cluster:
    """A master, and as many workers as are started; each in a process group of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.workers: dict[str, int] = {}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._start("master", "master.Master", "--host", HOST, "--port", str(self.port))
        self._wait_for("master", "I have been elected leader")

    @property
    def address(self) -> str:
        """As a session names it."""
        return f"spark://{HOST}:{self.port}"

    def add_worker(
        self, name: str, cores: int = 1, memory_mib: int = 600, wait: bool = True
    ) -> int:
        """Start a worker, and wait until the master knows it; its process id."""
        number = self._start(
            name, "worker.Worker", "--host", HOST, "--cores", str(cores),
            "--memory", f"{memory_mib}m", "--work-dir", str(self.folder / name), self.address,
        )  # fmt: skip
        if wait:
            self._wait_for(name, "Successfully registered with master")
        self.workers[name] = number
        return number

    def kill(self, number: int) -> None:
        """Let a worker, and the executors that it started, be gone at once."""
        os.killpg(number, signal.SIGKILL)

    def stop(self) -> None:
        """End whatever is left."""
        for process in reversed(self._processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _start(self, name: str, what: str, *words: str) -> int:
        found = find_spec("pyspark")
        assert found is not None
        assert found.origin is not None
        home = Path(found.origin).parent
        told = {
            "PATH": os.environ["PATH"],
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": HOST,
            "SPARK_DAEMON_MEMORY": "192m",
            "SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            "SPARK_CONF_DIR": str(self.folder),
        }
        if "JAVA_HOME" in os.environ:
            told["JAVA_HOME"] = os.environ["JAVA_HOME"]
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{what}",
                 "--webui-port", "0", *words],
                stdout=log, stderr=log, env=told, cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        self._processes.append(process)
        return process.pid

    def _wait_for(self, name: str, words: str) -> None:
        log, end = self.folder / f"{name}.log", time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            text = log.read_text(errors="replace")
            if words in text:
                return
            assert self._processes[-1].poll() is None, text
            time.sleep(0.1)
        raise AssertionError(f"{name} did not start:\n{log.read_text(errors='replace')}")
