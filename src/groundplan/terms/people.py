"""Who acts: accounts, what kind of actor is behind them, and the person they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What stands behind an account. Only humans count as people."""

    HUMAN = "human"
    BOT = "bot"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """A name and an e-mail address as a source wrote them, untouched."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Person:
    """One actor with all the accounts that were found to be theirs."""

    person_id: str
    name: str
    kind: ActorKind
    accounts: tuple[Account, ...]
