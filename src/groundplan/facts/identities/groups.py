"""What rules of identity find: accounts that share a sign, in words that a person can check.

Groups keep every rule linear in the number of accounts; `joining.py` decides whether to join them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from groundplan.facts.identities.census import Node
from groundplan.facts.identities.merges import Certainty

MOST_IN_BLOCK = 60  # accounts that one rule compares with each other


@dataclass(frozen=True, slots=True)
class Group:
    """Accounts (by number, the most used first) that one rule holds for one person's."""

    members: tuple[int, ...]
    certainty: Certainty
    reason: str


@dataclass(frozen=True, slots=True)
class SharedAddress:
    """An address from which too many unlike names write: a list, a team, a default."""

    email: str
    names: int


@dataclass(frozen=True, slots=True)
class Addresses:
    """Accounts by address: groups of one mailbox, shared ones, and names that do not fit."""

    mailboxes: tuple[Group, ...]
    shared: tuple[SharedAddress, ...]
    odd: frozenset[int]


def group_by(keys: Iterator[tuple[str, int]]) -> dict[str, list[int]]:
    """The numbers of each key, in order of appearance, keys with one number left out."""
    first: dict[str, int] = {}
    groups: dict[str, list[int]] = {}
    for key, number in keys:
        # most keys stand alone, and a list for each of them would cost more than the rest
        if key not in first:
            first[key] = number
        elif key in groups:
            groups[key].append(number)
        else:
            groups[key] = [first[key], number]
    return groups


def login_of(node: Node) -> str:
    """The login on a forge, or else the local part of the address."""
    return node.address.noreply.login if node.address.noreply else node.address.local


def count_name_words(nodes: Sequence[Node], people: Sequence[int]) -> Counter[str]:
    """In how many different full names each word stands: a given name stands in many."""
    names = {nodes[nr].name.plain for nr in people if nodes[nr].name.full}
    return Counter(word for name in names for word in name)
