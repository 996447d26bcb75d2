"""Whoever was erased is no longer named by what others typed about work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from groundplan.bootstrap.workspace import Workspace
from groundplan.facts.erasure import Traces
from groundplan.facts.work import WORK_KINDS
from groundplan.records.journal import Saying
from groundplan.terms.people import Account
from groundplan.terms.progress import Silent

ANN = {"name": "Ann Example", "email": "ann@example.com"}


def say(workspace: Workspace, item: str, by: str, **body: Any) -> None:
    stream = f"work/{item}"
    saying = Saying(stream, "work.added", body, by, by)
    workspace.journal.append(saying, expected=workspace.journal.version(stream))


def test_an_assignee_who_was_erased_is_a_pseudonym(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace", Silent())
    say(workspace, "1", "ben", title="Ask Ann Example <ann@example.com>", assignee=ANN)
    say(workspace, "2", "ann", title="Ann's own words")
    workspace.refresh()
    named = "select name, email from accounts"
    assert ("Ann Example", "ann@example.com") in workspace.context().mart.rows(named)
    account = Account(**ANN)
    workspace.ledger.erase(Traces((account,), (account.email,)), WORK_KINDS)
    workspace.journal.erase("ann", by="ann")
    workspace.refresh()
    mart = workspace.context().mart
    (name,) = [name for name, _ in mart.rows(named)]
    assert name.startswith("erased-")
    assert mart.rows("select item_id, title, person_id is not null from items") == [
        ("1", f"Ask {name} <>", True)
    ]
    workspace.close()
