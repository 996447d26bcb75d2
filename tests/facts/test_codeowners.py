"""CODEOWNERS as GitHub and GitLab read it."""

from __future__ import annotations

import pytest

from groundplan.facts.codeowners import PLACES, find_codeowners, find_owners, parse
from groundplan.facts.engines.duckdb import DuckDB, as_text

# The examples of GitHub's documentation, with generic owners.
GITHUB = """\
# This is a comment.
*       @global-owner1 @global-owner2

*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
a\\ b/c.md @spaced
!kept.md @negated
weird.md not-an-owner
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README.md", ("@global-owner1", "@global-owner2")),
        ("src/deep/view.js", ("@js-owner",)),
        ("cmd/main.go", ("docs@example.com",)),
        ("notes.txt", ("@octo-org/octocats",)),
        ("build/logs/today", ("@octocat",)),
        ("build/other", ("@global-owner1", "@global-owner2")),
        ("docs/getting-started.md", ("@doctocat",)),
        ("further/docs/build.md", ("@global-owner1", "@global-owner2")),
        ("any/apps/x/y", ("@octocat",)),
        ("scripts/run", ("@doctocat", "@octocat")),
        ("deep/down/logs/x", ("@octocat",)),
        ("apps/github/readme", ()),
        ("apps/githubs", ("@octocat",)),
        ("a b/c.md", ("@spaced",)),
        ("kept.md", ("@global-owner1", "@global-owner2")),
        ("weird.md", ("@global-owner1", "@global-owner2")),
    ],
)
def test_github(path: str, owners: tuple[str, ...]) -> None:
    assert parse(GITHUB, "CODEOWNERS").owners(path) == owners


def test_a_star_below_a_folder_is_its_own_files_only() -> None:
    declared = parse("docs/* @a", "CODEOWNERS")
    assert declared.owners("docs/x.md") == ("@a",)
    assert declared.owners("docs/build/x.md") == ()
    assert declared.owners("other/docs/x.md") == ()


@pytest.mark.parametrize(
    ("pattern", "fits", "fails"),
    [
        ("scipy/stats/*distr*.py", "scipy/stats/_distr_x.py", "scipy/stats/a/_distr_x.py"),
        ("*pixi*", "tools/pixi.toml", "tools/pip.toml"),
        ("/sympy/*laplace*", "sympy/_laplace.py", "x/sympy/_laplace.py"),
        (".github/", ".github/workflows/x.yml", ".githubs/x"),
        ("dir/**/x.c", "dir/x.c", "dirt/x.c"),
        ("a.b", "a.b", "aXb"),
        ("file?.c", "file1.c", "file12.c"),
        ("**/*.md", "a/b.md", "a/b.mdx"),
    ],
)
def test_patterns_as_real_repositories_write_them(pattern: str, fits: str, fails: str) -> None:
    declared = parse(f"{pattern} @a", ".github/CODEOWNERS")
    assert declared.owners(fits) == ("@a",)
    assert declared.owners(fails) == ()


# The examples of GitLab's documentation, with generic owners.
GITLAB = """\
# Default
* @default

\\#file_with_pound.rb @pound
path\\ with\\ spaces/ @spaces
[Documentation] @docs-team
docs/
README.md @readme

^[Database][2] @database-team
model/db/
config/db/database-setup.md @docs-team

[documentation]
/other/*.md @md
internal/notes.txt @@maintainer
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("anything/at/all.rb", ("@default",)),
        ("#file_with_pound.rb", ("@pound",)),
        ("path with spaces/x", ("@spaces",)),
        ("a/docs/deep/x.md", ("@default", "@docs-team")),
        ("docs", ("@default",)),
        ("sub/README.md", ("@default", "@readme")),
        ("model/db/x.sql", ("@default", "@database-team")),
        ("config/db/database-setup.md", ("@default", "@docs-team")),
        ("other/x.md", ("@default", "@md")),
        ("other/deep/x.md", ("@default",)),
        ("deep/internal/notes.txt", ("@default", "@@maintainer")),
    ],
)
def test_gitlab(path: str, owners: tuple[str, ...]) -> None:
    assert parse(GITLAB, "CODEOWNERS").owners(path) == owners


def test_a_file_of_gitlab_needs_no_section() -> None:
    assert parse("src/x.c @a", ".gitlab/CODEOWNERS").owners("deep/src/x.c") == ("@a",)
    assert parse("src/x.c @a", ".github/CODEOWNERS").owners("deep/src/x.c") == ()


def test_counting_files_and_a_file_of_nothing() -> None:
    declared = parse(GITHUB, "CODEOWNERS")
    counts = declared.count(["a.js", "b.js", "apps/github/x"])
    assert counts == {"@js-owner": 2}
    assert parse("# nothing\n\n", "CODEOWNERS").owners("a") == ()


def mart() -> DuckDB:
    engine = DuckDB()
    people = ["p1", "p2", "p3", "b1"]
    engine.load(
        "people",
        {
            "person_id": as_text(people),
            "name": as_text(["Ann Example", "Ben Example", "Cy Example", "bot"]),
            "actor": as_text(["human", "human", "human", "bot"]),
        },
    )
    accounts = [
        ("Ann Example", "12+ann-x@users.noreply.github.com", "p1"),
        ("Ann Example", "ann@example.com", "p1"),
        ("benny", "ben@example.com", "p2"),
        ("Cy Example", "cy@example.com", "p3"),
        ("Cy Example", "shared@example.com", "p3"),
        ("Ben Example", "shared@example.org", "p2"),
        ("bot", "robot@example.com", "b1"),
    ]
    names, emails, persons = zip(*accounts, strict=True)
    engine.load(
        "accounts",
        {"name": as_text(names), "email": as_text(emails), "person_id": as_text(persons)},
    )
    engine.load(
        "landings",
        {
            "repo": as_text(["demo"] * 2),
            "person_id": as_text(["p3", "p3"]),
            "actor": as_text(["human"] * 2),
            "subject": as_text([f"Merge pull request #{nr} from Cycle/topic" for nr in (1, 2)]),
        },
    )
    return engine


def test_owners_are_people_only_where_one_person_answers() -> None:
    wanted = ["@Ann-X", "@benny", "@cy", "@cycle", "@shared", "@robot", "@org/team"]
    found = find_owners(mart(), "demo", [*wanted, "ANN@example.com"])
    assert found == {
        "@Ann-X": "p1",
        "@benny": "p2",
        "@cy": "p3",
        "@cycle": "p3",
        "ANN@example.com": "p1",
    }


def test_the_first_place_that_stands_is_read() -> None:
    engine = DuckDB()
    engine.load(
        "files",
        {"repo": as_text(["demo"] * 2), "path": as_text(PLACES[2:])},
    )
    engine.execute("alter table files add column alive boolean default true")
    found = find_codeowners(engine, "demo", lambda repo, path: f"* @{path.split('/')[0]}")
    assert found is not None
    assert (found.place, found.owners("x")) == ("docs/CODEOWNERS", ("@docs",))
    assert find_codeowners(engine, "demo", lambda repo, path: None) is None
    assert find_codeowners(engine, "other", lambda repo, path: "* @a") is None
