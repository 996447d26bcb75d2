"""`groundplan --help` and `--version` answer within 100 ms: they do not pay for the engines."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "duckdb", "numpy", "scipy", "rich", "starlette", "uvicorn", "jinja2", "msgspec", "mcp",
    "pydantic", "httpx", "sqlite3", "asyncio",
}  # fmt: skip
GROUNDPLAN = str(Path(sys.executable).with_name("groundplan"))
LONGEST_S = 0.100
ROUNDS = 9
SLOW_MACHINE = 2.0  # times what importing click alone takes, where that is the most of it


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_imports_no_engine(word: str) -> None:
    program = (
        "import sys; from groundplan.interfaces.cli.main import main; "
        f"sys.argv = ['groundplan', '{word}']\n"
        "try: main()\n"
        "finally: print(*sorted(m.split('.')[0] for m in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "groundplan" in done.stdout.lower()
    assert not HEAVY & set(done.stderr.split())


def test_a_look_that_finds_nothing_new_imports_no_engine(tmp_path: Path) -> None:
    """It runs after each fetch, so it must not cost more than git's own look at the refs."""
    made = tmp_path / "made"
    subprocess.run(["git", "init", "-q", made], check=True)
    who = ("-c", "user.name=Ann Example", "-c", "user.email=ann@example.com")
    subprocess.run(
        ["git", *who, "commit", "-q", "--allow-empty", "-m", "One"], cwd=made, check=True
    )
    program = (
        "import sys; from groundplan.interfaces.cli.main import main\n"
        "sys.argv = ['groundplan', 'ingest', sys.argv[1], '--workspace', sys.argv[2]]\n"
        "main(); print(*sorted(m.split('.')[0] for m in sys.modules), file=sys.stderr)"
    )
    read = [sys.executable, "-c", program, str(made), str(tmp_path / "workspace")]
    first, again = (
        subprocess.run(read, capture_output=True, text=True, check=True) for _ in range(2)
    )
    assert "1 commits added" in first.stdout
    assert "duckdb" in first.stderr.split()
    assert "0 commits added" in again.stdout
    assert HEAVY & set(again.stderr.split()) == {"sqlite3"}


def cpu_s(*words: str) -> float:
    """What a command costs, user and system [seconds of CPU]."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_takes_less_than_a_tenth_of_a_second() -> None:
    """The best of several tries, in CPU time; what else the machine does is not ours."""
    helped, bare = [], []
    for _ in range(ROUNDS):
        helped.append(cpu_s(GROUNDPLAN, "--help"))
        bare.append(cpu_s(sys.executable, "-c", "import click"))
    assert min(helped) < max(LONGEST_S, SLOW_MACHINE * min(bare))
