"""The only minter of scopes: each condition on its own line, a denial is its reason."""

from __future__ import annotations

from collections.abc import Sequence

from groundplan.terms.scope import Role, Scope


def local_scope(repos: Sequence[str], viewer: str | None) -> Scope:
    """The scope of the single user of a local workspace, who can read the clones anyway.

    Being able to run `git log` does not make other people's facts theirs: aggregates over people
    keep the small-group floor. Who knows which area is public inside a team.
    """
    return Scope(role=Role.LEAD, viewer=viewer, repos=tuple(repos), sees_experts=True)
