"""The API as it is really served, attacked by schemathesis: all its checks on every operation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from groundplan.interfaces.catalogue import list_use_cases
from tests.histories import History
from tests.interfaces.api_workspace import open_workspace, serve

CONFIG = Path(__file__).with_name("schemathesis.toml")


def test_no_server_error_and_no_undocumented_answer(asked_history: History, tmp_path: Path) -> None:
    opened = open_workspace(tmp_path / "workspace", asked_history)
    with serve(opened, tmp_path) as (address, token):
        done = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                *("--config-file", CONFIG, "run", f"{address}/openapi.json"),
                *("--header", f"Authorization: Bearer {token}", "--checks", "all"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    opened.close()
    assert done.returncode == 0, done.stdout
    every = sum(len(cases) for cases in list_use_cases().values())
    assert f"Tested: {every}" in done.stdout
