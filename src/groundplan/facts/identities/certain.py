"""Certain signs that accounts are one person's: a .mailmap, one mailbox, one forge account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from groundplan.facts.identities.census import Node
from groundplan.facts.identities.groups import (
    MOST_IN_BLOCK,
    Addresses,
    Group,
    SharedAddress,
    group_by,
)
from groundplan.facts.identities.merges import Certainty
from groundplan.facts.identities.naming import Name, compatible, is_placeholder, similar

MOST_NAMES_ON_ADDRESS = 3  # unlike names on one address; with more it is taken for a shared one


def match_mailmaps(nodes: Sequence[Node]) -> Iterator[Group]:
    """Certain: a .mailmap gives them one proper identity."""
    proper = {claim.key: claim for node in nodes for claim in reversed(node.claims)}
    keyed = (
        (key, nr)
        for nr, node in enumerate(nodes)
        for key in dict.fromkeys([c.key for c in node.claims] or [node.address.text])
        if key in proper and not node.alone
    )
    for key, members in group_by(keyed).items():
        claim = proper[key]
        reason = f"the .mailmap of {claim.repo} gives both as {claim.proper.name or 'one address'}"
        yield Group(tuple(members), Certainty.CERTAIN, reason)


def match_forge_accounts(nodes: Sequence[Node]) -> Iterator[Group]:
    """Certain: hidden addresses of one account on a forge."""
    numbers: dict[tuple[str, str], set[str]] = {}
    for node in nodes:
        hidden = node.address.noreply
        if hidden and hidden.number:
            numbers.setdefault((hidden.host, hidden.login), set()).add(hidden.number)
    keyed = []
    for nr, node in enumerate(nodes):
        hidden = node.address.noreply
        if hidden is None or node.alone:
            continue
        known = numbers.get((hidden.host, hidden.login), set())
        # a login that had two numbers changed hands, or was renamed and taken by somebody else
        number = hidden.number or (next(iter(known)) if len(known) == 1 else None)
        keyed.append((f"{hidden.host} {number or '@' + hidden.login}", nr))
    for members in group_by(iter(keyed)).values():
        hidden = nodes[members[0]].address.noreply
        where = hidden.host if hidden else ""
        reason = f"both are hidden addresses of one account on {where}"
        yield Group(tuple(members), Certainty.CERTAIN, reason)


def match_addresses(nodes: Sequence[Node]) -> Addresses:
    """Certain: one mailbox, ignoring case; with shared addresses and unfitting names told apart."""
    groups: list[Group] = []
    shared: list[SharedAddress] = []
    odd: set[int] = set()
    keyed = (
        (f"{node.kind} {node.address.text}", nr)
        for nr, node in enumerate(nodes)
        if node.address.local and not node.alone
    )
    for members in group_by(keyed).values():
        address = nodes[members[0]].address
        kinds = _unlike_names(nodes, members)
        proper = {claim.key for nr in members for claim in nodes[nr].claims[:1]}
        if len(kinds) > MOST_NAMES_ON_ADDRESS or len(proper) > 1:
            shared.append(SharedAddress(address.text, len(kinds)))
        elif (
            address.unique
            and not address.generic
            and not any(nodes[nr].name.relayed for nr in members)
        ):
            groups.append(
                Group(tuple(members), Certainty.CERTAIN, "they write from the same address")
            )
            odd.update(_odd(nodes, members))
        else:
            groups.extend(_alike_on_weak_address(nodes, members))
    return Addresses(tuple(groups), tuple(shared), frozenset(odd))


def _unlike_names(nodes: Sequence[Node], members: Sequence[int]) -> list[Name]:
    unlike: list[Name] = []
    for nr in members:
        name = nodes[nr].name
        if not is_placeholder(name) and not any(similar(name, other) for other in unlike):
            unlike.append(name)
            if len(unlike) > MOST_NAMES_ON_ADDRESS:
                break
    return unlike


def _odd(nodes: Sequence[Node], members: Sequence[int]) -> Iterator[int]:
    # one commit under a colleague's address must not carry the colleague's other accounts along
    full = [nr for nr in members if nodes[nr].name.full]
    for nr in full[1:]:
        if not similar(nodes[nr].name, nodes[full[0]].name) and not nodes[nr].claims:
            yield nr


def _alike_on_weak_address(nodes: Sequence[Node], members: Sequence[int]) -> Iterator[Group]:
    names: list[tuple[Name, list[int]]] = []
    for nr in members[:MOST_IN_BLOCK]:
        name = nodes[nr].name
        if is_placeholder(name):
            continue
        for other, numbers in names:
            if compatible(name, other):
                numbers.append(nr)
                break
        else:
            names.append((name, [nr]))
    for _, numbers in names:
        if len(numbers) > 1:
            reason = "the same address and alike names; the address alone would prove nothing"
            yield Group(tuple(numbers), Certainty.LIKELY, reason)
