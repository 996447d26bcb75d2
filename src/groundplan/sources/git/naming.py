"""What a repository is called in a workspace."""

from __future__ import annotations

import re
from pathlib import Path

from groundplan.facts.ledger import Ledger
from groundplan.sources.git.fetch import Git, Repository, exists
from groundplan.sources.git.state import State, state_of
from groundplan.terms.errors import Refused


def choose_id(ledger: Ledger, repository: Repository) -> str:
    """The repository's id: its origin's last path part, else its directory's name.

    A second repository of the same name gets `-2`; one that was moved keeps its id.
    """
    name = repository_name(repository)
    nr = 1
    while True:
        repo = name if nr == 1 else f"{name}-{nr}"
        state = state_of(ledger.cursor(repo))
        if state is None or state.path == str(repository.path) or _moved(state, repository):
            return repo
        nr += 1


def repository_name(repository: Repository) -> str:
    """A safe name from the origin's address, else from the directory."""
    address = repository.settings.get("remote.origin.url", "")
    parts = [part for part in re.split(r"[/:\\]", address) if part not in ("", ".", ".git")]
    last = parts[-1] if parts else repository.path.name
    safe = re.sub(r"[^\w.+-]+", "-", last.removesuffix(".git"), flags=re.ASCII).strip(".-")
    return safe or "repository"


def require_same(state: State | None, repo: str, repository: Repository) -> None:
    """Refuse to mix two repositories under one id: what the first has would be called lost."""
    if state is None or state.path == str(repository.path) or not exists(Path(state.path)):
        return
    raise Refused(
        f"{repo!r} is already the id of {state.path}",
        "Choose another id, or run again to get one.",
    )


def _moved(state: State, repository: Repository) -> bool:
    """Whether the place where `state` was read is gone and its commits are in `repository`."""
    if exists(Path(state.path)) or not state.tips:
        return False
    asked = "".join(f"{tip}\n" for tip in sorted(set(state.tips.values())))
    found = Git(repository.git_dir).reply("cat-file", "--batch-check", stdin=asked.encode())
    return b" commit " in found.stdout
