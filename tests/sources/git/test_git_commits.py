"""Commits as facts: who, when, and what they said, in whatever bytes."""

from __future__ import annotations

import pytest
from git_builder import ANN, Built, Workspace

from groundplan.facts.code import COMMITS, TRAILERS


def only(rows: list[dict[str, object]]) -> dict[str, object]:
    assert len(rows) == 1
    return rows[0]


def test_a_commit_keeps_its_words(built: Built, workspace: Workspace) -> None:
    tree = built.files({b"a": b"1\n"})
    root = built.commit(tree, message=b"Begin\n")
    message = b"Subject over\ntwo lines\n\nBody one\n\nBody two\n\n\n"
    second = built.commit(
        tree,
        root,
        author=b"Ann Example <ann@example.com> 1700000000 -0330",
        committer=b"Ben Example <ben@example.com> 1700003600 +0530",
        message=message,
    )
    workspace.ingest(built)
    row = only(workspace.by_commit(COMMITS, second))
    assert (row["parents"], row["parent_count"]) == (root, 1)
    assert (row["subject"], row["body"]) == ("Subject over two lines", "Body one\n\nBody two")
    assert (row["author_name"], row["author_email"]) == ("Ann Example", "ann@example.com")
    assert (row["committer_name"], row["committer_email"]) == ("Ben Example", "ben@example.com")
    assert str(row["authored_at"]) == "2023-11-14 22:13:20"
    assert str(row["committed_at"]) == "2023-11-14 23:13:20"
    assert (row["author_offset_minutes"], row["committer_offset_minutes"]) == (-210, 330)
    assert (row["boundary"], row["damage"]) == (False, None)
    assert only(workspace.by_commit(COMMITS, root))["parent_count"] == 0


def test_words_that_are_not_utf8(built: Built, workspace: Workspace) -> None:
    tree = built.files({b"a": b"1\n"})
    latin = built.commit(
        tree,
        author="José Example <jose@example.com> 1700000000 +0000".encode("latin-1"),
        message="Déjà vu\n\nété\n".encode("latin-1"),
    )
    hebrew = built.commit(
        tree, latin, headers=b"encoding ISO-8859-8\n", message="שלום\n".encode("iso-8859-8")
    )
    unknown = built.commit(
        tree, hebrew, headers=b"encoding no-such-charset\n", message="naïve\n".encode("latin-1")
    )
    nul = built.commit(tree, unknown, message=b"before\0after\n")
    workspace.ingest(built)
    row = only(workspace.by_commit(COMMITS, latin))
    assert (row["author_name"], row["subject"], row["body"]) == ("José Example", "Déjà vu", "été")
    assert only(workspace.by_commit(COMMITS, hebrew))["subject"] == "שלום"
    assert only(workspace.by_commit(COMMITS, unknown))["subject"] == "naïve"
    assert only(workspace.by_commit(COMMITS, nul))["subject"] == "before"
    assert workspace.check("team").differing == 0


@pytest.mark.parametrize(
    ("date", "at", "offset"),
    [
        (b"0 +0000", "1970-01-01 00:00:00", 0),
        (b"-86400 +0000", None, 0),
        (b"4102444800 +0100", "2100-01-01 00:00:00", 60),
        (b"99999999999999 +0000", None, 0),
        (b"18446744073709551615 +0000", None, 0),
        (b"99999999999999999999999 +0000", None, 0),
        (b"yesterday", None, None),
        (b"", None, None),
        (b"1700000000 +51800", "2023-11-14 22:13:20", None),
        (b"1700000000 -1200", "2023-11-14 22:13:20", -720),
        (b"1700000000", None, None),
    ],
)
def test_odd_clocks(
    built: Built, workspace: Workspace, date: bytes, at: str | None, offset: int | None
) -> None:
    tree = built.files({b"a": b"1\n"})
    commit = built.commit(tree, author=ANN + b" " + date, committer=ANN + b" " + date)
    child = built.commit(built.files({b"a": b"2\n"}), commit)
    workspace.ingest(built)
    row = only(workspace.by_commit(COMMITS, commit))
    assert (None if row["authored_at"] is None else str(row["authored_at"])) == at
    if at is not None:
        assert row["author_offset_minutes"] == offset
    assert len(workspace.by_commit(COMMITS, child)) == 1
    assert workspace.check("team").differing == 0


@pytest.mark.parametrize(
    "author",
    [b"", b" <> 1700000000 +0000", b"no brackets at all", b"A <b <c> d> 1700000000 +0000", b"<"],
)
def test_broken_identities_lose_no_commit(
    built: Built, workspace: Workspace, author: bytes
) -> None:
    commit = built.commit(built.files({b"a": b"1\n"}), author=author)
    workspace.ingest(built)
    row = only(workspace.by_commit(COMMITS, commit))
    assert row["subject"] == "A change" and row["damage"] is None
    assert workspace.check("team").changes == 1


def test_trailers_as_git_parses_them(built: Built, workspace: Workspace) -> None:
    message = (
        b"Title\n\nSigned-off-by: in the text <is@example.com>, so not a trailer.\n\n"
        b"Co-authored-by: Ben Example <ben@example.com>\nReviewed-By: Cy\n   Example <cy@e.com>\n"
        b"Fixes: #12\n"
    )
    commit = built.commit(built.files({b"a": b"1\n"}), message=message)
    built.commit(built.files({b"a": b"2\n"}), commit, message=b"No trailers: here\n")
    workspace.ingest(built)
    rows = workspace.rows(TRAILERS)
    assert {row["commit_id"] for row in rows} == {commit}
    assert [(r["nr"], r["token"], r["value"], r["name"], r["email"]) for r in rows] == [
        (
            0,
            "co-authored-by",
            "Ben Example <ben@example.com>",
            "Ben Example",
            "ben@example.com",
        ),
        (1, "reviewed-by", "Cy Example <cy@e.com>", "Cy Example", "cy@e.com"),
        (2, "fixes", "#12", None, None),
    ]


def test_somebodys_settings_change_nothing(built: Built, workspace: Workspace) -> None:
    """Mailmap, colours, encodings and formats in the repository's own configuration."""
    tree = built.files(
        {b"a": b"1\n", b".mailmap": b"Other <other@example.com> <ann@example.com>\n"}
    )
    commit = built.commit(tree, message=b"Title\n\nkey= value\n")
    for key, value in {
        "log.mailmap": "true",
        "color.ui": "always",
        "i18n.logOutputEncoding": "UTF-16",
        "log.date": "iso",
        "log.showSignature": "true",
        "trailer.separators": "=",
        "format.pretty": "oneline",
        "core.quotePath": "false",
    }.items():
        built.git("config", key, value)
    workspace.ingest(built)
    row = only(workspace.by_commit(COMMITS, commit))
    assert (row["author_name"], row["author_email"]) == ("Ann Example", "ann@example.com")
    assert (row["subject"], row["body"]) == ("Title", "key= value")
    assert workspace.rows(TRAILERS) == []
