"""A list of repositories, read by several processes: each once, whoever is killed under way."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from groundplan.bootstrap.spreading import ingest_list, jobs_of, read_list
from groundplan.facts.jobs import Jobs
from groundplan.sources.git.spread import work_off
from groundplan.terms.errors import BadInput, Refused, SourceBroken
from groundplan.terms.progress import Silent
from tests.many_repositories import REPOSITORIES, assert_whole, make, make_list

GROUNDPLAN = str(Path(sys.executable).with_name("groundplan"))


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of repositories."""
    return make_list(tmp_path_factory.mktemp("many"))


def wait_for(found: Callable[[], object]) -> object:
    end = time.monotonic() + 60
    while not (value := found()):
        assert time.monotonic() < end
        time.sleep(0.01)
    return value


def taken(workspace: Path) -> list[int]:
    """The processes that are at work now on a repository that nobody tried before."""
    if not jobs_of(workspace).exists():
        return []
    with closing(sqlite3.connect(jobs_of(workspace), timeout=30)) as file:
        try:
            rows = file.execute(
                "select worker from job where state = 'taken' and attempts = 1"
            ).fetchall()
        except sqlite3.OperationalError:  # the file is just being made
            return []
    return [int(worker.split("-")[0]) for (worker,) in rows]


def start(listed: Path, workspace: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [GROUNDPLAN, "ingest", "--list", str(listed), "--workers", "2",
         "--workspace", str(workspace), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def test_workers_that_are_killed_lose_nothing_and_read_nothing_twice(
    listed: Path, tmp_path: Path
) -> None:
    running = start(listed, tmp_path)
    for _ in range(4):
        (victim, *_rest) = wait_for(lambda: taken(tmp_path))  # type: ignore[misc]
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda victim=victim: victim not in taken(tmp_path))
    told, errors = running.communicate(timeout=120)
    assert running.returncode == 0, errors
    assert json.loads(told)["list"] == {"done": REPOSITORIES, "already": 0, "failures": []}
    assert_whole(tmp_path)


def test_a_list_goes_on_where_everything_was_killed(listed: Path, tmp_path: Path) -> None:
    running = start(listed, tmp_path)

    def some_are_done() -> bool:
        with closing(sqlite3.connect(jobs_of(tmp_path), timeout=30)) as file:
            return file.execute("select count(*) > 2 from job where state = 'done'").fetchone()[0]

    wait_for(lambda: taken(tmp_path))
    wait_for(some_are_done)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    with closing(sqlite3.connect(jobs_of(tmp_path), isolation_level=None)) as file:
        file.execute("update job set until = '' where state = 'taken'")  # a minute has passed
    done = ingest_list(tmp_path, read_list(listed), 2, Silent())
    assert done.done == REPOSITORIES
    assert done.already > 2
    assert_whole(tmp_path)
    again = ingest_list(tmp_path, read_list(listed), 2, Silent())
    assert (again.done, again.already) == (REPOSITORIES, 0)
    assert_whole(tmp_path)


def test_what_cannot_be_read_is_listed_and_the_rest_is_read(tmp_path: Path) -> None:
    make(tmp_path / "good", 3)
    (tmp_path / "none").mkdir()
    (tmp_path / "list").write_text("good\nnone\nnowhere\n")
    done = subprocess.run(
        [GROUNDPLAN, "ingest", "--list", str(tmp_path / "list"), "--workspace",
         str(tmp_path / "w"), "--quiet"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "1 of 3 repositories are read." in done.stdout
    assert f"{tmp_path}/none: " in done.stdout
    assert f"{tmp_path}/nowhere: " in done.stdout
    assert "2 of 3 repositories could not be read" in done.stderr


@pytest.mark.parametrize("text", ["", "# nothing\n\n"])
def test_an_empty_list_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "list").write_text(text)
    with pytest.raises(BadInput, match="--list"):
        read_list(tmp_path / "list")


def test_what_may_pass_is_tried_again_and_what_may_not_is_not(tmp_path: Path) -> None:
    times: dict[str, int] = {}

    def read(path: Path) -> None:
        times[path.name] = times.get(path.name, 0) + 1
        if path.name == "busy" and times["busy"] < 3:
            raise Refused("somebody is at it")
        if path.name == "broken":
            raise SourceBroken("no repository")
        if path.name == "strange":
            raise ValueError("what is this?")

    with closing(Jobs(tmp_path / "jobs.sqlite", lambda: datetime.now(UTC))) as jobs:
        jobs.begin(["busy", "broken", "strange", "fine"])
        work_off(jobs, "w", read, lambda: True, lambda: time.sleep(0.2))
        assert times == {"busy": 3, "broken": 1, "strange": 1, "fine": 1}
        assert jobs.failures() == [
            ("broken", "no repository"),
            ("strange", "ValueError: what is this?"),
        ]
