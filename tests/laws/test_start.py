"""`groundplan --help` and `--version` must not pay for the engines."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"duckdb", "numpy", "scipy", "rich", "starlette", "uvicorn", "jinja2", "msgspec"}


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
