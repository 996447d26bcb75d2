"""The words of identity: accounts as seen, merges with their reason, and what people decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from groundplan.terms.people import Account, ActorKind


@dataclass(frozen=True, slots=True)
class SeenAccount:
    """A name and address in one repository: `commits` [commits] that name it in any role."""

    name: str
    email: str
    repo: str
    commits: int
    first_at: datetime | None
    last_at: datetime | None

    @property
    def account(self) -> Account:
        """The account without the repository."""
        return Account(self.name, self.email)


class Certainty(StrEnum):
    """How sure a merge is. `possible` is proposed only; `decided` is somebody's word."""

    DECIDED = "decided"
    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Merge:
    """Two accounts that are, or might be, one person's, and the reason in a sentence.

    applied: whether they count as one person now; if not, `reason` says what stands against it.
    """

    side_a: Account
    side_b: Account
    certainty: Certainty
    reason: str
    applied: bool


class Verdict(StrEnum):
    """What somebody decided about accounts."""

    SAME = "same"  # two accounts are one person
    DIFFERENT = "different"  # two accounts are not one person
    APART = "apart"  # one account stands for itself, whatever speaks for a merge
    KIND = "kind"  # what stands behind one account


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision that holds. `other` for same and different, `kind` for kind."""

    verdict: Verdict
    account: Account
    other: Account | None = None
    kind: ActorKind | None = None
