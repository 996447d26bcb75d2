"""Many accounts, one person: who is who, with the reason of every merge, reviewable and reversible.

Pure: the same accounts, mailmaps and decisions give the same people and the same ids.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from groundplan.facts.identities.carried import Carried, match_carried
from groundplan.facts.identities.census import Node, count_accounts
from groundplan.facts.identities.certain import (
    match_addresses,
    match_forge_accounts,
    match_mailmaps,
)
from groundplan.facts.identities.decisions import decisions
from groundplan.facts.identities.groups import SharedAddress
from groundplan.facts.identities.joining import Joining
from groundplan.facts.identities.likely import match_likely
from groundplan.facts.identities.mailmap import MailmapLine
from groundplan.facts.identities.merges import Certainty, Decision, Merge, SeenAccount, Verdict
from groundplan.facts.identities.naming import is_placeholder
from groundplan.facts.identities.possible import propose
from groundplan.terms.people import Account, ActorKind, Person

__all__ = [
    "Carried",
    "Certainty",
    "Decision",
    "Identities",
    "MailmapLine",
    "Merge",
    "SeenAccount",
    "SharedAddress",
    "Verdict",
    "decisions",
    "resolve",
]


@dataclass(frozen=True, slots=True)
class Identities:
    """Who is who.

    person_of: every account's person. kind_reasons: by person, why human, bot or agent.
    merges: applied and proposed, applied ones first, the heaviest first.
    shared: addresses that prove nothing, because too many unlike names write from them.
    """

    people: tuple[Person, ...]
    person_of: Mapping[Account, str]
    merges: tuple[Merge, ...]
    kind_reasons: Mapping[str, str]
    shared: tuple[SharedAddress, ...]


def resolve(
    accounts: Sequence[SeenAccount],
    mailmaps: Mapping[str, Sequence[MailmapLine]],
    decisions: Sequence[Decision] = (),
    carried: Sequence[Carried] = (),
) -> Identities:
    """Which accounts are whose, and on what grounds.

    Applied: decisions; certain merges (a .mailmap, one mailbox, one forge account); likely ones
    (whose commits a login's pull requests carry, the same full name, a login that fits the name,
    ...) unless something stands against them. Only proposed: possible ones. Left out as evidence:
    placeholders, shared addresses, bots. mailmaps: by repository, lines in order. decisions:
    oldest first, all that hold.
    """
    nodes = count_accounts(accounts, mailmaps, decisions)
    joining = Joining(nodes)
    joining.obey(decisions)
    addresses = match_addresses(nodes)
    joining.apply(match_mailmaps(nodes))
    joining.apply(match_forge_accounts(nodes))
    joining.apply(addresses.mailboxes)
    joining.apply(match_carried(nodes, carried))
    joining.apply(match_likely(nodes, addresses.odd))
    joining.apply(propose(nodes, joining.clusters, addresses.odd))
    decided = {d.account: (nr, d.kind) for nr, d in enumerate(decisions) if d.kind is not None}
    people: list[Person] = []
    person_of: dict[Account, str] = {}
    kind_reasons: dict[str, str] = {}
    for members in joining.clusters.sets():
        person, reason = _person([nodes[nr] for nr in sorted(members)], decided)
        people.append(person)
        kind_reasons[person.person_id] = reason
        person_of.update(dict.fromkeys(person.accounts, person.person_id))
    return Identities(
        tuple(people), person_of, _in_order(joining.merges, nodes), kind_reasons, addresses.shared
    )


def _person(
    nodes: Sequence[Node], decided: Mapping[Account, tuple[int, ActorKind]]
) -> tuple[Person, str]:
    kind, reason = _kind(nodes, decided)
    accounts = tuple(node.account for node in nodes)
    return Person(_person_id(nodes), _display_name(nodes), kind, accounts), reason


def _person_id(nodes: Iterable[Node]) -> str:
    # the earliest account stays the earliest when accounts are added, so the id stays too
    first = min(nodes, key=lambda node: (node.first_at or datetime.max, node.account))  # noqa: DTZ901
    text = f"{first.account.name}\0{first.account.email}".casefold()
    return "p" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:15]


def _kind(
    nodes: Sequence[Node], decided: Mapping[Account, tuple[int, ActorKind]]
) -> tuple[ActorKind, str]:
    said = [decided[node.account] for node in nodes if node.account in decided]
    if said:
        return max(said)[1], "somebody decided so"
    weight: Counter[ActorKind] = Counter()
    for node in nodes:
        weight[node.kind] += node.commits
    kind = max(weight, key=lambda each: (weight[each], each is ActorKind.HUMAN))
    return kind, next(node.kind_reason for node in nodes if node.kind is kind)


def _display_name(nodes: Sequence[Node]) -> str:
    if nodes[0].kind is ActorKind.AGENT:
        return nodes[0].service
    proper: Counter[str] = Counter()
    used: Counter[str] = Counter()
    for node in nodes:
        for claim in node.claims[:1]:
            proper[claim.proper.name.strip()] += node.commits
        used[node.account.name.strip()] += node.commits
    named = [name for name in proper if name] or list(used)
    weight = proper if any(proper) else used
    full = {node.account.name.strip() for node in nodes if node.name.full}
    worth = {node.account.name.strip() for node in nodes if not is_placeholder(node.name)}
    best = min(
        named,
        key=lambda name: (
            weight is used and name not in full,
            weight is used and name not in worth,
            -weight[name],
            name,
        ),
    )
    return " ".join(best.split()) or nodes[0].address.local or "(no name)"


def _in_order(merges: Sequence[Merge], nodes: Sequence[Node]) -> tuple[Merge, ...]:
    commits = {node.account: node.commits for node in nodes}
    rank = {certainty: nr for nr, certainty in enumerate(Certainty)}
    return tuple(
        sorted(
            merges,
            key=lambda merge: (
                not merge.applied,
                rank[merge.certainty],
                -min(commits[merge.side_a], commits[merge.side_b]),
                merge.side_a,
                merge.side_b,
            ),
        )
    )
