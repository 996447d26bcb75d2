"""From a code host to the team page in one command, against a server on this machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.organisations import HOUR, Organisation
from tests.sources.github import recorded
from tests.sources.github.githubs import TOKEN
from tests.sources.http_server import Clock, serving

TITLES = (
    "Lead time", "Pickup time", "Review time", "Review load", "Concentration of reviews",
    "Work in progress", "Reopened issues", "Deployment frequency", "Change failure rate",
    "Recovery time", "Time to first answer",
)  # fmt: skip


def groundplan(home: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "groundplan", *map(str, words)],
        env={**os.environ, "XDG_DATA_HOME": str(home), "NO_COLOR": "1", "GITHUB_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=home,
    )


def line_of(title: str, page: str) -> str:
    found = re.search(rf"^  {title} +(.*)$", page, re.MULTILINE)
    assert found, title
    return found[1]


def test_a_repository_and_its_host_in_one_command(tmp_path: Path) -> None:
    made = Organisation(tmp_path / "engine")
    host = ("github:ann/engine", "--api")
    with serving(made.world.answer, clock=Clock(made.end + HOUR)) as server:
        done = groundplan(tmp_path, "run", made.history.path, *host, server.base, "--no-serve")
        assert done.returncode == 0, done.stderr
        asked = len(server.log)
        again = groundplan(tmp_path, "run", made.history.path, host[0], "--no-serve", "--json")
    assert "ann/engine" in done.stderr  # its progress
    for title in TITLES:
        assert not line_of(title, done.stdout).startswith("?"), done.stdout
    assert line_of("Lead time", done.stdout).startswith("28.2 hours")
    assert line_of("Pickup time", done.stdout).startswith("2 hours")
    view = json.loads(again.stdout)  # the address of its server is known from then on
    read = {each["definition"]["name"]: each["reading"] for each in view["signals"]}
    assert read["review_time"]["now"]["value"] == 4
    assert len(server.log) - asked < 12


def test_a_recorded_repository_without_a_clone(tmp_path: Path) -> None:
    world = recorded.recorded_world()
    address = f"github:{world.name}"
    with serving(world.answer) as server:
        words = ("run", address, "--api", server.base, "--no-serve", "--workspace", tmp_path / "w")
        done = groundplan(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"\n{world.name}: how this team works")
    assert line_of("Work in progress", done.stdout).startswith("3.59 pull requests")
    for title in set(TITLES) - {"Work in progress"}:  # four years of a small project
        assert re.match(r"\? .*\(have \d+, need \d+ ", line_of(title, done.stdout)), title


@pytest.mark.parametrize("word", ["github:", "nowhere:ann/engine"])
def test_what_is_no_host_is_a_path(tmp_path: Path, word: str) -> None:
    done = groundplan(tmp_path, "run", word, "--no-serve")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
