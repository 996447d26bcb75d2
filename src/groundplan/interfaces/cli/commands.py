"""The fixed commands: read, report, check, serve. Imported only when one of them is called."""

from __future__ import annotations

import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from groundplan.bootstrap import Workspace, default_folder
from groundplan.interfaces.cli.asking import print_view
from groundplan.interfaces.cli.terminal import Terminal, print_json, say
from groundplan.interfaces.report import html_report, markdown_report
from groundplan.interfaces.team_page import TeamPage, compose
from groundplan.interfaces.terminal_page import terminal_page
from groundplan.terms.errors import BadInput, GroundplanError, Refused

FIRST_LOOK_S = 8.0  # line counts that come within this time are waited for before the first page
HOST = "127.0.0.1"

Command = Callable[..., Any]


def _shared(command: Command) -> Command:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Answer as one JSON document."),
        click.option("--quiet", is_flag=True, help="No progress on standard error."),
        click.option(
            "--workspace",
            type=click.Path(path_type=Path, file_okay=False),
            help="Folder of the facts [default: one for each set of repositories, in your "
            "data folder; GROUNDPLAN_WORKSPACE].",
        ),
    ):
        command = option(command)
    return command


PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
PATH = click.argument("path", default=".", type=click.Path(path_type=Path))


def open_workspace(paths: tuple[Path, ...], workspace: Path | None, quiet: bool) -> Workspace:
    """The workspace for these repositories, here if none is named."""
    folder = workspace or default_folder(paths or (Path(),))
    return Workspace(folder, Terminal(quiet))


def read_all(opened: Workspace, paths: tuple[Path, ...], lines: bool = True) -> list[str]:
    """Read every repository: names first, then lines; the repositories' ids."""
    repos = [opened.read_names(path).repo for path in paths or (Path(),)]
    for repo in repos if lines else ():
        opened.read_lines(repo)
    return repos


def compose_page(opened: Workspace) -> TeamPage:
    """The team page of what is read so far."""
    return compose(opened.context(), opened.scope(), opened.signals, opened.practices)


@click.command()
@PATHS
@_shared
@click.option("--port", default=8088, show_default=True, help="First port to try on 127.0.0.1.")
@click.option("--serve/--no-serve", default=True, help="Serve the pages after printing them.")
@click.option("--open/--no-open", "show", default=None, help="Open the browser.")
def run(
    paths: tuple[Path, ...],
    workspace: Path | None,
    quiet: bool,
    as_json: bool,
    port: int,
    serve: bool,
    show: bool | None,
) -> None:
    """Read PATHS (default: here), print the team page, and serve it on 127.0.0.1."""
    opened = open_workspace(paths, workspace, quiet)
    repos = read_all(opened, paths, lines=False)
    opened.context()
    counting = _Counting(opened, repos)
    counting.start()
    counting.join(FIRST_LOOK_S if serve else None)
    _print_page(opened, as_json)
    if serve:
        _serve(opened, _free_port(port), show, False, counting)
    counting.fail_loudly()


class _Counting(threading.Thread):
    """Counts lines beside the pages; its failure is told, not swallowed."""

    def __init__(self, opened: Workspace, repos: list[str]) -> None:
        super().__init__(name="count-lines", daemon=True)
        self._opened = opened
        self._repos = repos
        self._error: GroundplanError | None = None

    def run(self) -> None:
        try:
            for repo in self._repos:
                self._opened.read_lines(repo)
            self._opened.refresh(warm=True)
        except GroundplanError as error:
            self._error = error
            self._opened.tracker.note(str(error))

    def fail_loudly(self) -> None:
        """Raise what went wrong, if anything."""
        if self._error is not None:
            raise self._error


@click.command()
@PATHS
@_shared
@click.option("--lines/--no-lines", default=True, help="Count lines too (the longer pass).")
def ingest(
    paths: tuple[Path, ...], workspace: Path | None, quiet: bool, as_json: bool, lines: bool
) -> None:
    """Read PATHS (default: here) into the workspace; only what is new is read."""
    opened = open_workspace(paths, workspace, quiet)
    results = []
    for path in paths or (Path(),):
        result = opened.read_names(path)
        counted = opened.read_lines(result.repo) if lines else 0
        pending = 0 if lines else result.pending
        results.append({"path": path, "ingested": result, "counted": counted, "pending": pending})
        if not as_json:
            say(
                f"{result.repo}: {result.commits_added:,} commits added, "
                f"{result.commits_lost:,} lost, {result.changes:,} changes, "
                f"lines of {counted:,} counted, {pending:,} to count"
            )
    if as_json:
        print_json({"workspace": opened.folder, "repositories": results})


@click.command()
@PATH
@_shared
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
        print_json(page)
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
@_shared
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
    view = case.run(opened.context(), opened.scope(), case.inputs(" ".join(question)))
    print_json(view) if as_json else print_view(view)


@click.command()
@PATH
@_shared
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
@_shared
def rebuild(paths: tuple[Path, ...], workspace: Path | None, quiet: bool, as_json: bool) -> None:
    """Drop the facts of the workspace and read its repositories again."""
    opened = open_workspace(paths, workspace, quiet)
    found = [opened.forget(repo) for repo in opened.repos()]
    repos = read_all(opened, tuple(found) or paths)
    opened.context()
    if as_json:
        print_json({"workspace": opened.folder, "repositories": repos})
    else:
        say(f"Read again: {', '.join(repos)}")


@click.command()
@PATHS
@_shared
@click.option("--port", default=8088, show_default=True, help="First port to try on 127.0.0.1.")
@click.option("--open/--no-open", "show", default=None, help="Open the browser.")
def serve(
    paths: tuple[Path, ...],
    workspace: Path | None,
    quiet: bool,
    as_json: bool,
    port: int,
    show: bool | None,
) -> None:
    """Serve the pages of what was read before, without reading anything new."""
    opened = open_workspace(paths, workspace, quiet)
    if not opened.repos():
        raise Refused(f"{opened.folder} holds no repository yet", "Run: groundplan run PATH")
    _serve(opened, _free_port(port), show, as_json, None)


def _print_page(opened: Workspace, as_json: bool) -> None:
    page = compose_page(opened)
    print_json(page) if as_json else say(terminal_page(page))


def _serve(
    opened: Workspace, port: int, show: bool | None, as_json: bool, counting: _Counting | None
) -> None:
    import uvicorn  # noqa: PLC0415 - costs a quarter second that other commands need not pay

    from groundplan.interfaces.web.app import create_app  # noqa: PLC0415

    address = f"http://{HOST}:{port}/"
    if as_json:
        print_json({"address": address, "workspace": opened.folder})
    else:
        say(f"\nThe team page: {address}  (stop with Ctrl-C)")
    sys.stdout.flush()
    if show if show is not None else sys.stdout.isatty():
        webbrowser.open(address)
    if counting is not None and counting.is_alive():
        threading.Thread(target=_tell_when_counted, args=(opened, counting), daemon=True).start()
    uvicorn.run(create_app(opened), host=HOST, port=port, log_level="warning", lifespan="off")


def _tell_when_counted(opened: Workspace, counting: _Counting) -> None:
    counting.join()
    say("\nAll lines are counted.\n")
    say(terminal_page(compose_page(opened)))
    sys.stdout.flush()


def _free_port(first: int) -> int:
    if not 0 < first < 65536:
        raise BadInput("--port", first, "1 to 65535")
    for port in range(first, min(first + 20, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise Refused(f"ports {first} to {first + 19} are all in use", "Choose another with --port.")
