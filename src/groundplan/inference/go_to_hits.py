"""How often those whom we name were the ones: printed beside every claim of who knows what.

The figures are evidence/ownership's, of held-out months of public repositories; a test compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from groundplan.terms.estimate import Estimate, Measured


@dataclass(frozen=True, slots=True)
class Hits:
    """Shares of changes, means over repositories; last_touch: if the last to touch it is asked.

    first: the first one named was next; named: one of the three was.
    """

    first: float
    named: float
    last_touch: float
    repositories: int


@dataclass(frozen=True, slots=True)
class Shares:
    """Of `changes` whose best share lay from low to high, how many it came true for."""

    low: float
    high: float
    came_true: float
    changes: float


CHANGE: Final = Hits(0.322, 0.4597, 0.247, 6)
FIX: Final = Hits(0.2273, 0.348, 0.1785, 6)
REVIEW: Final = Hits(0.6083, 0.7989, 0.1947, 5)
SHARES: Final = (
    Shares(0.1, 0.2, 0.129, 1081.232),
    Shares(0.2, 0.3, 0.267, 1152.795),
    Shares(0.3, 0.4, 0.4, 466.527),
    Shares(0.4, 0.5, 0.55, 194.197),
    Shares(0.5, 1.01, 0.64, 164.063),
)
KNOWERS: Final = (0.777, 0.955)  # of the changes by earlier authors, fewest and most of 6
DECLARED: Final = (0.0763, 0.243, 2)  # declared owners next, the first one named next, of 2
MAINTAINERS: Final = {"u-boot": (0.804, 46), "scipy": (0.2, 10)}  # of a truck factor's people


def say_people() -> str:
    """How often the people named for a place were the next there."""
    return (
        f"Of first answers for a file, {CHANGE.first:.0%} were the next to change it and "
        f"{FIX.first:.0%} the next to fix it, in held-out months of {CHANGE.repositories} public "
        f"repositories; one of the three named was in {CHANGE.named:.0%} and {FIX.named:.0%}. "
        f"Whoever touched it last: {CHANGE.last_touch:.0%} and {FIX.last_touch:.0%}."
    )


def say_reviewers() -> str:
    """How often the reviewers named were the next to review."""
    return (
        f"Of first answers for a file, {REVIEW.first:.0%} were the next to review or merge there, "
        f"in held-out months of {REVIEW.repositories} public repositories."
    )


def say_declared() -> str:
    """How often declared owners were the next there."""
    owners, ours, repositories = DECLARED
    return (
        f"Declared owners were the next to change a file in {owners:.0%} of changes, the first "
        f"person named from the facts in {ours:.0%}, on {repositories} public repositories."
    )


def say_knowers() -> str:
    """How often those counted as knowing a file were the ones who changed it."""
    low, high = KNOWERS
    return (
        f"Of changes by people who had touched the file before, {low:.0%} to {high:.0%} were by "
        f"those counted as knowing it, on {CHANGE.repositories} public repositories."
    )


def say_maintainers() -> str:
    """How many people of a truck factor are those whom a project names itself."""
    found = (f"{share:.0%} of {of} on {name}" for name, (share, of) in MAINTAINERS.items())
    return (
        f"Of the people of a truck factor, {' and '.join(found)} stand in the project's own list; "
        "such lists name who wants to be asked, not who wrote."
    )


def say_share(share: Measured) -> str:
    """How often the best share of this size came true; empty where that was not looked at."""
    value = share.value if isinstance(share, Estimate) else 0.0
    alike = next((some for some in SHARES if some.low <= value < some.high), None)
    if alike is None:
        return ""
    return f"shares like this came true for {alike.came_true:.0%} of {alike.changes:,.0f} changes"
