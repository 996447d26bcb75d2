"""Refs: which count, which is the main line, what happened to each since the last look. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from groundplan.facts.code import REACHABILITY, REFS
from groundplan.facts.engines.duckdb import Columns, as_columns
from groundplan.sources.git.fetch import Look
from groundplan.sources.git.text import path_text

_REQUEST = re.compile(rb"refs/(pull|merge-requests)/[^/]+/head")
_KINDS = {"heads": "branch", "remotes": "remote", "tags": "tag"}
_USUAL_MAIN = (b"refs/heads/main", b"refs/heads/master")
_ORIGIN_HEAD = b"refs/remotes/origin/HEAD"


def kind_of(ref: str) -> str:
    """branch, remote, tag or pull."""
    return _KINDS.get(ref.split("/")[1], "pull")


def wanted(seen: Look) -> dict[bytes, str]:
    """The refs that are read, with the ids of their objects; symbolic ones are only names."""
    return {
        ref: object_id
        for object_id, ref, target in seen.refs()
        if not target
        and (
            _REQUEST.fullmatch(ref) or not ref.startswith((b"refs/pull/", b"refs/merge-requests/"))
        )
    }


def main_ref(seen: Look, ids: Collection[bytes]) -> bytes | None:
    """Which of the refs `ids` is the main line.

    Origin's HEAD, else HEAD's branch, else main, master or the only branch; a detached HEAD in a
    repository without any of these is itself the main line.
    """
    targets = {ref: target for _, ref, target in seen.refs() if target}
    branches = [ref for ref in ids if ref.startswith(b"refs/heads/")]
    only = branches if len(branches) == 1 else []
    for ref in (targets.get(_ORIGIN_HEAD), seen.head_ref, *_USUAL_MAIN, *only):
        if ref and ref in ids:
            return ref
    return b"HEAD" if seen.head_id and not seen.head_ref else None


def events(
    repo: str,
    run: int,
    old: Mapping[str, str],
    new: Mapping[str, str],
    forced: Collection[str],
    seen_at: datetime,
) -> Columns:
    """Rows of REFS: what changed between two looks. `forced`: refs whose old tip is not kept."""
    rows: list[tuple[str, str | None, str]] = []
    for ref, tip in new.items():
        if ref not in old:
            rows.append((ref, tip, "appeared"))
        elif old[ref] != tip:
            rows.append((ref, tip, "forced" if ref in forced else "moved"))
    rows.extend((ref, None, "deleted") for ref in old if ref not in new)
    at = seen_at.astimezone(UTC).replace(tzinfo=None)
    return as_columns(
        REFS,
        {
            "repo": [repo] * len(rows),
            "run": [run] * len(rows),
            "ref": [ref for ref, _, _ in rows],
            "ref_kind": [kind_of(ref) if ref != "HEAD" else "branch" for ref, _, _ in rows],
            "commit_id": [tip for _, tip, _ in rows],
            "event": [event for _, _, event in rows],
            "seen_at": [at] * len(rows),
        },
    )


def reachability(repo: str, run: int, reached: Sequence[str], lost: Sequence[str]) -> Columns:
    """Rows of REACHABILITY."""
    rows = len(reached) + len(lost)
    return as_columns(
        REACHABILITY,
        {
            "repo": [repo] * rows,
            "run": [run] * rows,
            "commit_id": [*reached, *lost],
            "reachable": [True] * len(reached) + [False] * len(lost),
        },
    )


def ref_text(ref: bytes) -> str:
    """A ref's name as facts hold it."""
    return path_text(ref)
