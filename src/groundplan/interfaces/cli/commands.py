"""The commands that read and check repositories. Imported only when one of them is called."""

from __future__ import annotations

from pathlib import Path

import click

from groundplan.facts.work import repositories
from groundplan.interfaces.cli.asking import print_view
from groundplan.interfaces.cli.opening import compose_page, open_workspace, read_all
from groundplan.interfaces.cli.options import PATH, PATHS, shared
from groundplan.interfaces.cli.syncing import rebuild_hosts
from groundplan.interfaces.cli.terminal import print_json, say
from groundplan.interfaces.readings import view_team_page
from groundplan.interfaces.report import html_report, markdown_report
from groundplan.terms.errors import BadInput, Refused
from groundplan.usecase import ask as answer_case


@click.command()
@PATH
@shared
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write, .html or .md [default: Markdown on standard output].",
)
def report(
    path: Path, workspace: Path | None, quiet: bool, as_json: bool, out: Path | None
) -> None:
    """Write the team page of PATH as one self-contained file."""
    if out is not None and out.suffix not in (".html", ".md"):
        raise BadInput("--out", str(out), "a file name that ends in .html or .md")
    opened = open_workspace((path,), workspace, quiet)
    read_all(opened, (path,))
    page = compose_page(opened)
    if as_json:
        print_json(view_team_page(page))
    if out is None:
        if not as_json:
            say(markdown_report(page))
        return
    text = html_report(page) if out.suffix == ".html" else markdown_report(page)
    out.write_text(text, encoding="utf-8")
    if not as_json:
        say(f"Written to {out}")


@click.command()
@click.argument("question", nargs=-1, required=True)
@shared
@click.option(
    "--path",
    "--repo",
    default=".",
    type=click.Path(path_type=Path),
    help="Where the repository is [default: here].",
)
def ask(
    question: tuple[str, ...], path: Path, workspace: Path | None, quiet: bool, as_json: bool
) -> None:
    """Ask about a path, a symbol or a QUESTION: people to talk to, documents to read."""
    opened = open_workspace((path,), workspace, quiet)
    read_all(opened, (path,), lines=False)
    case = next(
        case for practice in opened.practices for case in practice.use_cases
        if case.name == "ownership.ask"
    )  # fmt: skip
    view = answer_case(case, opened.context(), opened.scope(), case.inputs(" ".join(question)))
    print_json(view) if as_json else print_view(view)


@click.command()
@PATH
@shared
def check(path: Path, workspace: Path | None, quiet: bool, as_json: bool) -> None:
    """Compare the facts of PATH with `git log --raw --numstat`, row by row."""
    opened = open_workspace((path,), workspace, quiet)
    (repo,) = read_all(opened, (path,))
    result = opened.check(repo)
    print_json(result) if as_json else print_view(result)
    if result.differing:
        raise Refused("the facts differ from git's own rows", "Run: groundplan rebuild")


@click.command()
@PATHS
@shared
def rebuild(paths: tuple[Path, ...], workspace: Path | None, quiet: bool, as_json: bool) -> None:
    """Drop the facts of the workspace and make them again.

    Its repositories are read again; hosts and trackers are not, their replies were kept.
    """
    opened = open_workspace(paths, workspace, quiet)
    replies = rebuild_hosts(opened)
    found = [opened.forget(repo) for repo in repositories(opened.ledger.sources())]
    repos = read_all(opened, tuple(found) or paths) if found or paths or not replies else []
    opened.context()
    if as_json:
        print_json({"workspace": opened.folder, "repositories": repos, "replies": replies})
        return
    if repos:
        say(f"Read again: {', '.join(repos)}")
    for address, count in replies.items():
        say(f"Made again from {count:,} replies: {address}")
