"""The accounts that were seen, and who is behind each: where colleagues meet the facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.erasure import Traces
from groundplan.facts.identities.merges import Certainty
from groundplan.facts.identities.naming import compatible, read_address, read_name
from groundplan.terms.errors import NotFound, Refused
from groundplan.terms.people import Account, ActorKind

_ACCOUNTS = """
select a.name, a.email, p.person_id, p.actor from accounts a join people p using (person_id)
"""
_MERGES = """
select certainty, side_a_name, side_a_email, side_b_name, side_b_email from identity_merges
where applied and list_contains(:sure, certainty)
"""


@dataclass(frozen=True, slots=True)
class Behind:
    """The person of the facts that an account is resolved to, and what stands behind it."""

    person_id: str
    actor: ActorKind


def read_accounts(mart: DuckDB) -> dict[Account, Behind]:
    """Every account that was seen, with who is behind it after all merges."""
    return {
        Account(name, email): Behind(person_id, ActorKind(actor))
        for name, email, person_id, actor in mart.rows(_ACCOUNTS)
    }


def check_human(seen: Mapping[Account, Behind], account: Account) -> None:
    """NotFound for an account that nobody was seen as, Refused for a program's."""
    shown = f"{account.name} <{account.email}>"
    if account not in seen:
        raise NotFound(f"Nobody was seen as {shown}.", "Proposals show who was.")
    if seen[account].actor is not ActorKind.HUMAN:
        actor = seen[account].actor.value
        raise Refused(f"{shown} counts as a {actor}.", "identities.decide says otherwise.")


def trace(
    mart: DuckDB, known: Collection[Account], others: Collection[Account],
    sure: Collection[Certainty],
) -> tuple[Traces, tuple[Account, ...]]:  # fmt: skip
    """The traces of whoever has the `known` accounts, and accounts that may be theirs besides.

    Followed are merges as certain as `sure` says; to another full name only if somebody decided
    it, and never to `others`, which are somebody else's.
    """
    beside: dict[Account, list[Account]] = {}
    for certainty, *names in mart.rows(_MERGES, {"sure": [str(each) for each in sure]}):
        sides = Account(*names[:2]), Account(*names[2:])
        for a, b in (sides, sides[::-1]):
            if certainty == Certainty.DECIDED or _fits(a, b):
                beside.setdefault(a, []).append(b)
    theirs, waiting = set(known), list(known)
    while waiting:
        found = set(beside.get(waiting.pop(), ())) - theirs - set(others)
        theirs |= found
        waiting += found
    behind = {account: who.person_id for account, who in read_accounts(mart).items()}
    shared = {read_address(account.email).text for account in {*behind, *others} - theirs}
    own = {a.email for a in theirs if _is_own(a.email) and read_address(a.email).text not in shared}
    people = {behind.get(account) for account in known} - {None}
    perhaps = {a for a, person in behind.items() if person in people} - theirs - set(others)
    return Traces(tuple(sorted(theirs)), tuple(sorted(own))), tuple(sorted(perhaps))


def _fits(a: Account, b: Account) -> bool:
    # two who share an address count as one person, but must not be erased as one
    one, two = read_name(a.name), read_name(b.name)
    return not (one.full and two.full) or compatible(one, two)


def _is_own(email: str) -> bool:
    address = read_address(email)
    return address.unique and not address.generic
