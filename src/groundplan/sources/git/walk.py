"""Walks history with git: which commits there are, in which order, and where it is cut."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from groundplan.sources.git.fetch import Git, GitFailed
from groundplan.sources.git.landings import Ancestry


def peel(git: Git, object_ids: Collection[str]) -> dict[str, str]:
    """The commit behind each object (a tag's, or itself); those without one are left out."""
    names = list(object_ids)
    asked = "".join(f"{name}^{{commit}}\n" for name in names).encode()
    answers = git.output("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked)
    peeled = {}
    for name, line in zip(names, answers.decode("utf-8", "replace").splitlines(), strict=True):
        object_id, _, kind = line.partition(" ")
        if kind == "commit":
            peeled[name] = object_id
    return peeled


def present(git: Git, object_ids: Collection[str]) -> set[str]:
    """Those of the objects that are there and can be read."""
    names = list(object_ids)
    asked = "".join(f"{name}\n" for name in names).encode()
    answers = git.output("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked)
    lines = answers.decode("utf-8", "replace").splitlines()
    return {name for name, line in zip(names, lines, strict=True) if not line.endswith("missing")}


def commits_of(git: Git, tips: Iterable[str], known: Iterable[str] = ()) -> list[str]:
    """The commits that `tips` reach and `known` do not, newest first. Raises GitFailed."""
    asked = "".join([f"{tip}\n" for tip in tips] + [f"^{tip}\n" for tip in known])
    if not asked:
        return []
    listing = git.output("rev-list", "--ignore-missing", "--stdin", stdin=asked.encode())
    return listing.decode("ascii").split()


def ancestry_of(git: Git, tip: str, known: str | None = None) -> Ancestry:
    """The commits that `tip` reaches and `known` does not, parents first. Raises GitFailed."""
    beyond = [f"^{known}"] if known else []
    listing = git.output("rev-list", "--topo-order", "--reverse", "--parents", tip, *beyond)
    lines = (line.split(" ") for line in listing.decode("ascii").splitlines())
    return [(commit, tuple(parents)) for commit, *parents in lines]


def find_cuts(git: Git, tips: Iterable[str], cuts: Collection[str]) -> dict[str, str]:
    """Commits with a parent that is missing or damaged, and what is to be said of them.

    Reads every commit: for repositories in which `git rev-list` gives up.
    """
    parents: dict[str, tuple[str, ...]] = {}
    missing: set[str] = set()
    with git.objects() as objects:
        wave: Sequence[str] = sorted(set(tips))
        while wave:
            for commit, content in zip(wave, objects.contents(wave), strict=True):
                if content is None:
                    missing.add(commit)
                else:
                    parents[commit] = () if commit in cuts else _parents(content)
            found = {parent for commit in wave for parent in parents.get(commit, ())}
            wave = sorted(found - parents.keys() - missing)
    return {
        commit: f"parent {lost[0]} is missing: what the commit changed is unknown"
        for commit, those in parents.items()
        if (lost := [parent for parent in those if parent in missing])
    }


def _parents(content: bytes) -> tuple[str, ...]:
    head = content.partition(b"\n\n")[0].split(b"\n")
    return tuple(
        line[7:].decode("ascii", "replace") for line in head if line.startswith(b"parent ")
    )


def keeps(git: Git, old: str, new: str) -> bool:
    """Whether `new` still reaches `old` (a fast-forward)."""
    try:
        return not git.output("rev-list", "-n1", old, f"^{new}").strip()
    except GitFailed:
        return False
