"""Every question that GitHub is asked is one that its published schema allows."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from groundplan.sources.github import queries

ROOT = Path(__file__).parents[3]
INSTALLED = ROOT / ".tools" / "octokit"


def check(questions: dict[str, str]) -> Any:
    if not (INSTALLED / "node_modules").is_dir():
        pytest.skip("GitHub's schema is not installed: scripts/install-octokit")
    done = subprocess.run(
        ["node", Path(__file__).parent / "npm" / "check.mjs", INSTALLED],
        input=json.dumps(questions), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def questions(lacks: list[str]) -> dict[str, str]:
    return {
        "pulls": queries.list_pulls(lacks),
        "issues": queries.list_issues(lacks),
        "one pull request": queries.one_pull(lacks),
        "one issue": queries.one_issue(lacks),
        "rest of a pull request": queries.rest_of_thread("pull", lacks),
        "rest of an issue": queries.rest_of_thread("issue", lacks),
        "deployments": queries.DEPLOYMENTS,
        "what is known": queries.KNOWS,
        **{f"numbers of {name}": text for name, text in queries.NUMBERS.items()},
    }


def test_the_published_schema_allows_every_question() -> None:
    known = check({})
    lacks = queries.lacking(known["fields"], known["events"])
    assert set(lacks) <= {"issueType", "ProjectV2ItemStatusChangedEvent"}  # came after this schema
    wrong = check(questions(lacks))["wrong"]
    assert len(wrong) == 10
    assert not any(wrong.values()), wrong


def test_a_question_that_is_wrong_is_found() -> None:
    text = queries.DEPLOYMENTS.replace("commitOid", "commitSha")
    assert "commitSha" in str(check({"wrong": text})["wrong"])


def test_what_a_server_lacks_is_not_asked() -> None:
    every = [*queries.LATE_FIELDS, *queries.LATE_EVENTS]
    for text in questions(every).values():
        assert not any(
            name in text for name in ("parent {", "issueType", "ProjectV2", "MergeQueue")
        )
    assert "ParentIssueAddedEvent" in queries.list_issues([])
