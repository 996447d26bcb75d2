"""The commands as a person types them, each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.histories import ANN, BEN, History

START = datetime(2026, 1, 5, 9)
PEOPLE = [ANN, BEN, *(f"Person{nr} Example <p{nr}@example.com>" for nr in range(5))]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    made = History(tmp_path_factory.mktemp("repos") / "sample")
    for nr in range(140):
        made.commit(
            {f"core/part{nr % 9}.py": f"value = {nr}\n" * (nr % 5 + 1)},
            ["Add a part", "Fix a crash", "Describe it"][nr % 3],
            by=PEOPLE[nr % len(PEOPLE)],
            at=START + timedelta(hours=31 * nr),
        )
    return made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def groundplan(home: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "groundplan", *map(str, words)],
        env={**os.environ, "XDG_DATA_HOME": str(home), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_run_prints_the_page(history: History, home: Path) -> None:
    done = groundplan(home, "run", history.path, "--no-serve")
    assert done.returncode == 0, done.stderr
    assert "sample: how this team works" in done.stdout
    assert "140 commits on the main line" in done.stdout
    assert "\x1b" not in done.stdout


def test_ingest_twice_adds_nothing(history: History, home: Path) -> None:
    groundplan(home, "ingest", history.path, "--quiet")
    done = groundplan(home, "ingest", history.path, "--json", "--quiet")
    (repository,) = json.loads(done.stdout)["repositories"]
    assert repository["ingested"]["commits_added"] == 0
    assert repository["pending"] == 0
    assert done.stderr == ""


def test_check_finds_no_difference(history: History, home: Path) -> None:
    done = groundplan(home, "check", history.path, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["commits"], answer["differing"]) == (140, 0)


@pytest.mark.parametrize("suffix", ["html", "md"])
def test_report(history: History, home: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"page.{suffix}"
    done = groundplan(home, "report", history.path, "--out", out)
    assert done.returncode == 0, done.stderr
    text = out.read_text()
    assert "sample" in text
    assert "<script" not in text
    assert "http://" not in text.replace("http://www.w3.org/", "")


def test_report_says_which_endings_it_writes(history: History, home: Path) -> None:
    done = groundplan(home, "report", history.path, "--out", "x.docx")
    assert done.returncode == 2
    assert "ends in .html or .md" in done.stderr
    assert "Traceback" not in done.stderr


def test_ask_names_people(history: History, home: Path) -> None:
    done = groundplan(home, "ask", "core/part3.py", "--path", history.path)
    assert done.returncode == 0, done.stderr
    assert "Example" in done.stdout


def test_rebuild_gives_the_same_facts(history: History, home: Path) -> None:
    done = groundplan(home, "rebuild", history.path)
    assert done.returncode == 0, done.stderr
    assert groundplan(home, "check", history.path).returncode == 0


def test_a_practice_has_its_commands(history: History, home: Path) -> None:
    done = groundplan(home, "ownership", "--help")
    assert "offboard" in done.stdout
    done = groundplan(home, "ownership", "map", "--path", history.path, "--json")
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    json.loads(done.stdout)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "/nowhere/at/all"), "/nowhere/at/all"),
        (("ingest", os.devnull), os.devnull),
        (("serve", "--workspace", "EMPTY"), "holds nothing yet"),
        (("frobnicate",), "No such command"),
    ],
)
def test_errors_are_sentences(
    home: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = groundplan(home, *(str(tmp_path / "w") if w == "EMPTY" else w for w in words))
    assert done.returncode not in (0, -6)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_run_serves_the_page_and_stops(history: History, home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "groundplan", "run", str(history.path), "--port", "18711"],
        env={**os.environ, "XDG_DATA_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = next(
            word
            for line in process.stdout
            for word in line.split()
            if word.startswith("http://127.0.0.1:")
        )
        with httpx.Client(follow_redirects=True, timeout=60) as browser:
            for _ in range(100):
                try:
                    page = browser.get(address).text
                    break
                except httpx.ConnectError:
                    time.sleep(0.1)
        assert "sample" in page
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) in (0, 130, -2)
