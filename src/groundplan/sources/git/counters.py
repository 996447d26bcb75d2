"""Which counter counts lines: the native one if it is installed, else git."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

import numpy as np

from groundplan.sources.git.fetch import Git
from groundplan.sources.git.lines import Counter
from groundplan.sources.git.pairs import Counts, Pairs, has_contents
from groundplan.sources.git.trees import count_with_git


class Native(Protocol):
    """The optional package groundplan-linecount."""

    def requests(self, ids: bytes, id_size: int, /) -> bytes:
        """What to ask `git cat-file --batch` for."""

    def count_pairs(self, ids: bytes, id_size: int, fd: int, /) -> bytes:
        """State, added and deleted lines of each pair, from the answers."""


def native_package() -> Native | None:
    """The optional package, None if it is not installed or older than what is asked of it."""
    try:
        package = import_module("groundplan_linecount")
    except ImportError:
        return None
    return package if hasattr(package, "count_pairs") else None


def best_counter() -> Counter:
    """The fastest exact counter there is here."""
    package = native_package()
    return count_with_git if package is None else native_counter(package)


def native_counter(package: Native) -> Counter:
    """A counter that reads each blob once and compares it natively; submodules it leaves to git."""

    def count_natively(git: Git, pairs: Pairs) -> Counts:
        counts = Counts.of(len(pairs))
        plain = has_contents(pairs)
        counts.put(plain, _count(package, git, pairs[plain]))
        counts.put(~plain, count_with_git(git, pairs[~plain]))
        return counts

    return count_natively


def _count(package: Native, git: Git, pairs: Pairs) -> Counts:
    """The counts of all pairs; git gives up at a damaged object, and is asked anew beyond it."""
    counts = Counts.of(len(pairs))
    at = 0
    while at < len(pairs):
        told = _count_until_damage(package, git, pairs[at:])
        end = at + len(told.state)
        counts.put(slice(at, end), told)
        counts.put(slice(end, end + 1), count_with_git(git, pairs[end : end + 1]))
        at = end + 1
    return counts


def _count_until_damage(package: Native, git: Git, pairs: Pairs) -> Counts:
    ids = np.stack([pairs["old_id"], pairs["new_id"]], axis=1)
    id_size = pairs["old_id"].itemsize
    with git.answers(package.requests(ids.tobytes(), id_size)) as answers:
        told = package.count_pairs(ids.tobytes(), id_size, answers.fileno())
    return Counts(*np.frombuffer(told, np.int32).astype(np.int64).reshape(-1, 3).T)
