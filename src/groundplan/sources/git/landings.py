"""Which first-parent commit brought each commit to the main line. Pure.

The main line is its first-parent chain; everything else arrived there with a merge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groundplan.facts.code import LANDINGS
from groundplan.facts.engines.duckdb import Columns, as_columns

Ancestry = Sequence[tuple[str, tuple[str, ...]]]  # commits with parents, parents first


@dataclass(frozen=True, slots=True)
class Landed:
    """Rows of LANDINGS, and where the next rows' numbers go on."""

    columns: Columns
    next_landing: int
    next_order: int


def chain_of(tip: str, parents: Mapping[str, tuple[str, ...]]) -> tuple[list[str], str | None]:
    """The first-parent chain from `tip` within `parents`, oldest first, and what precedes it."""
    chain: list[str] = []
    at: str | None = tip
    while at is not None and at in parents:
        chain.append(at)
        at = parents[at][0] if parents[at] else None
    chain.reverse()
    return chain, at


def land(repo: str, ancestry: Ancestry, tip: str, next_landing: int, next_order: int) -> Landed:
    """The landings of `ancestry`, which ends in `tip`, numbered from the given numbers on."""
    parents = dict(ancestry)
    chain, _ = chain_of(tip, parents)
    landed: dict[str, int] = {}
    for nr, landing in enumerate(chain):
        waiting = [landing]
        while waiting:
            commit = waiting.pop()
            if commit in landed or commit not in parents:
                continue
            landed[commit] = nr
            waiting.extend(parents[commit])
    rows = [(commit, landed[commit], order) for order, (commit, _) in enumerate(ancestry)]
    columns = as_columns(
        LANDINGS,
        {
            "repo": [repo] * len(rows),
            "commit_id": [commit for commit, _, _ in rows],
            "landed_by": [chain[nr] for _, nr, _ in rows],
            "landing_nr": [next_landing + nr for _, nr, _ in rows],
            "order_nr": [next_order + order for _, _, order in rows],
        },
    )
    return Landed(columns, next_landing + len(chain), next_order + len(rows))
