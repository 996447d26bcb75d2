"""What a viewer may see. Only `access.py` makes one: a law test holds that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

GROUP_FLOOR = 5  # people; smaller groups are pooled over time or withheld


class Role(StrEnum):
    """What a viewer is to the team."""

    ENGINEER = "engineer"
    LEAD = "lead"
    PARTNER = "partner"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose facts, and how much of them: the repositories, and what of people.

    viewer: the colleague who looks, "" for somebody unknown. team: in whose name they act, "" for
    the whole workspace. teams: those whose shared words they may read, with the nested ones.
    sees_experts: may read who knows which area (public inside a team, no ranking).
    floor: the smallest group of people whose aggregate may be shown.
    """

    role: Role
    viewer: str
    repos: tuple[str, ...]
    sees_experts: bool
    floor: int = GROUP_FLOOR
    team: str = ""
    teams: frozenset[str] = frozenset()
