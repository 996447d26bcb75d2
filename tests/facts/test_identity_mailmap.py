"""Our reading of .mailmap against git's own, on files that Hypothesis makes up."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.facts.identities.mailmap import Mailmap, MailmapLine, parse_mailmap
from groundplan.terms.people import Account

NAMES = ["Ann Example", "ANN example", "ann", "Ben  Example", "Zoë", "ZOË", "A # B"]
EMAILS = ["ann@example.com", "ANN@Example.com", "ben@example.com", "b", "zoë@example.com"]

contact = st.sampled_from([f"<{email}>" for email in [*EMAILS, ""]])
name = st.sampled_from(["", *NAMES])
space = st.sampled_from(["", " ", "\t", "  "])
line = st.one_of(
    st.builds("".join, st.tuples(space, name, space, contact, space)),
    st.builds("".join, st.tuples(space, name, space, contact, space, name, space, contact, space)),
    st.builds("".join, st.tuples(name, st.sampled_from([" <", ">", " # x <b>", "<>"]), contact)),
    st.builds("# {} {}".format, name, contact),
    st.just(""),
    st.text("<> #aA@\t", max_size=12),
)
accounts = st.lists(
    st.builds(Account, st.sampled_from(NAMES), st.sampled_from(EMAILS)), min_size=1, max_size=12
)


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mailmap")
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


def ask_git(repo: Path, text: str, seen: list[Account]) -> list[str]:
    (repo / ".mailmap").write_bytes(text.encode())
    asked = "".join(f"{account.name} <{account.email}>\n" for account in seen)
    done = subprocess.run(
        ["git", "-C", str(repo), "check-mailmap", "--stdin"],
        input=asked.encode(),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().splitlines()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=st.lists(line, max_size=8), seen=accounts)
def test_as_git_reads_it(repo: Path, lines: list[str], seen: list[Account]) -> None:
    text = "\n".join(lines)
    mailmap = Mailmap(parse_mailmap(text))
    ours = [mailmap.find(account) or account for account in seen]
    assert [f"{a.name} <{a.email}>" for a in ours] == ask_git(repo, text, seen)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ann Example <ann@example.com>", Account("Ann Example", "ANN@example.com")),
        ("<ann@example.com> <ANN@example.com>", Account("ann", "ann@example.com")),
        ("Ann <a@b.example> <ann@example.com>", Account("Ann", "a@b.example")),
        ("Ann <a@b.example> ANN <ann@example.com>", Account("Ann", "a@b.example")),
        ("Ann <a@b.example> Ben <ann@example.com>", None),
        ("X <ann@example.com>\nAnn <ann@example.com>", Account("Ann", "ANN@example.com")),
    ],
)
def test_the_four_forms(text: str, found: Account | None) -> None:
    assert Mailmap(parse_mailmap(text)).find(Account("ann", "ANN@example.com")) == found


def test_lines_name_their_parts() -> None:
    assert parse_mailmap("# no\nAnn <a@x.example> ann <b@x.example>\nnothing\n") == [
        MailmapLine("Ann", "a@x.example", "ann", "b@x.example")
    ]
