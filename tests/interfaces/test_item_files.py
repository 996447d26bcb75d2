"""Files of work items on the command line, beside repositories and alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from tests.histories import History

BOARD = """Key;Summary;Status;Created;Started;Done;Assignee
A-1;Build the door;Closed;2026-01-05 09:00 +0200;06/01/2026;2026-01-09;Ann Example <ann@example.com>
A-2;Backwards;Closed;2026-01-05;2026-01-20;2026-01-10;
A-3;Paint;Open;14.01.2026;;;
"""


def groundplan(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "groundplan", *map(str, words), "--workspace", str(folder / "w")],
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_file_alone_is_told_with_guesses_and_rejected_rows(tmp_path: Path) -> None:
    path = tmp_path / "board.csv"
    path.write_text(BOARD)
    done = groundplan(tmp_path, "ingest", path)
    assert done.returncode == 0, done.stderr
    assert "items:board: 2 items from 2 of 3 rows" in done.stdout
    assert "done: 'Done' (its name says 'done', and its cells fit)" in done.stdout
    assert "line 3: done on 2026-01-10, before it was started on 2026-01-20" in done.stdout
    again = json.loads(groundplan(tmp_path, "ingest", path, "--json").stdout)
    (items,) = again["items"]
    assert (items["accepted"], items["events_added"]) == (2, 0)
    assert [row["line"] for row in items["rejected"]] == [3]
    page = groundplan(tmp_path, "run", path, "--no-serve")
    assert page.returncode == 0, page.stderr
    assert "as of 14 January 2026" in page.stdout


def test_a_file_beside_a_repository(tmp_path: Path) -> None:
    made = History(tmp_path / "tool")
    made.commit({"a.py": "1\n"}, "Begin", at=datetime(2026, 1, 5, 9))
    path = tmp_path / "board.csv"
    path.write_text(BOARD)
    done = groundplan(tmp_path, "run", made.path, path, "--no-serve")
    assert done.returncode == 0, done.stderr
    assert "tool: how this team works" in done.stdout
    assert "1 of 3 rows are left out" in " ".join(done.stderr.split())
    both = json.loads(groundplan(tmp_path, "ingest", made.path, path, "--json").stdout)
    assert [row["ingested"]["repo"] for row in both["repositories"]] == ["tool"]
    assert groundplan(tmp_path, "rebuild").returncode == 0


def test_a_column_may_be_named_and_nonsense_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "board.csv"
    path.write_text(BOARD)
    named = groundplan(tmp_path, "ingest", path, "--column", "title=Status", "--json")
    (items,) = json.loads(named.stdout)["items"]
    titles = {guess["role"]: guess for guess in items["guesses"]}
    assert titles["title"] == {"role": "title", "column": "Status", "reason": "named by you"}
    assert groundplan(tmp_path, "ingest", path, "--column", "title").returncode != 0
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    refused = groundplan(tmp_path, "ingest", empty)
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr
