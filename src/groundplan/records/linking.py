"""Which accounts of the facts might be a colleague's: proposed with a reason, never linked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from groundplan.records.journal import Entry
from groundplan.records.roster import Colleague, Roster
from groundplan.terms.people import Account

SAME_ADDRESS: Final = "it has the address that stands on the roster"
SAME_NAME: Final = "it has the same name"


@dataclass(frozen=True, slots=True)
class Proposal:
    """An account that might be somebody's, and why; it is theirs only after a yes."""

    person: str
    name: str
    account_name: str
    account_email: str
    reason: str


def propose(
    people: Sequence[Colleague], accounts: Mapping[Account, str], taken: frozenset[str]
) -> tuple[Proposal, ...]:
    """Accounts that might be a colleague's, one for each person of the facts, with the reason.

    accounts: the person of the facts behind each; taken: those who are somebody's already.
    """
    found: dict[tuple[str, str], Proposal] = {}
    for reason in (SAME_ADDRESS, SAME_NAME):
        wanted: dict[str, list[Colleague]] = {}
        for colleague in people:
            word = colleague.email if reason is SAME_ADDRESS else colleague.name
            wanted.setdefault(fold(word), []).append(colleague)
        for account, person in sorted(accounts.items()):
            word = fold(account.email if reason is SAME_ADDRESS else account.name)
            for colleague in wanted.get(word, []) if word and person not in taken else []:
                shared = len(wanted[word]) - 1
                also = f", as {shared} other on the roster" if shared else ""
                row = Proposal(
                    colleague.person_id, colleague.name, account.name, account.email, reason + also
                )
                found.setdefault((colleague.person_id, person), row)
    return tuple(found.values())


def accounts_of(roster: Roster, person_id: str) -> tuple[set[Account], set[Account]]:
    """The accounts that are linked to somebody, and those of everybody else."""
    others = {a for p in roster.people.values() if p.person_id != person_id for a in p.accounts}
    mine = roster.people.get(person_id)
    return set(mine.accounts if mine else ()), others


def accounts_in(entry: Entry) -> Iterator[Account]:
    """The accounts that an entry speaks of."""
    for part in (entry.body, *entry.body.values()):
        if isinstance(part, Mapping) and {"name", "email"} <= part.keys():
            yield Account(str(part["name"]), str(part["email"]))


def show(account: Account) -> str:
    """An account as people write it."""
    return f"{account.name} <{account.email}>"


def fold(text: str) -> str:
    """A name or address without what looks the same: case, forms of letters, space around."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
