"""How far a repository has been read, and what a run added: light enough for a mere look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from groundplan.facts.code import CODE_KINDS
from groundplan.facts.kinds import Column, FactKind, Type
from groundplan.facts.manifest import Cursor

PAIRS = FactKind(
    name="git_pairs",
    version=1,
    grain="one row of changes whose lines are not counted yet, in the order of its segment",
    columns=(
        Column("repo", Type.TEXT, "the repository's id in this workspace"),
        Column("raw", Type.TEXT, "git's raw line: modes, blobs and status"),
    ),
    key=("repo", "raw"),
)

CUT_PART = "cut"  # the commits at which history is cut
VERSIONS = {kind.name: kind.version for kind in (*CODE_KINDS, PAIRS)}


@dataclass(frozen=True, slots=True)
class State:
    """The cursor's state.

    path: the repository's real path. tips: each ref's commit. digest: of all that a look shows.
    cuts: commits whose parents are not there, with the damage if it is not a shallow clone.
    finished: the names pass ended; false after a kill. pending: changes not counted yet, exact
    only when the line pass has ended (the facts know).
    """

    path: str
    name: str
    object_format: str
    run: int
    main_ref: str | None = None
    main_tip: str | None = None
    tips: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    shallow: bool = False
    partial: bool = False
    cuts: Mapping[str, str | None] = field(default_factory=dict)
    next_landing: int = 0
    next_order: int = 0
    pending: int = 0
    finished: bool = False
    versions: Mapping[str, int] = field(default_factory=lambda: dict(VERSIONS))

    def as_json(self) -> dict[str, Any]:
        """The state as the ledger keeps it."""
        return {name: getattr(self, name) for name in State.__dataclass_fields__}

    @property
    def current(self) -> bool:
        """Whether the facts have the form that this version writes."""
        return dict(self.versions) == VERSIONS


@dataclass(frozen=True, slots=True)
class Ingested:
    """What one run added.

    changes: rows of changed paths that the new commits brought. pending: those of the whole
    repository whose lines are not counted yet. notes: what a person should know.
    """

    repo: str
    name: str
    commits_added: int
    commits_lost: int
    changes: int
    pending: int
    notes: tuple[str, ...]


def state_of(cursor: Cursor | None) -> State | None:
    """The state that a cursor holds; None before the first run."""
    if cursor is None:
        return None
    known = State.__dataclass_fields__
    return State(**{key: value for key, value in cursor.state.items() if key in known})
