"""Merges that are only possible: worth a person's glance, never applied by themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from groundplan.facts.identities.census import Node
from groundplan.facts.identities.clusters import Clusters
from groundplan.facts.identities.groups import Group, count_name_words, group_by, login_of
from groundplan.facts.identities.merges import Certainty
from groundplan.facts.identities.naming import (
    compatible,
    is_login_form,
    is_placeholder,
    read_name,
    within_one_edit,
)
from groundplan.terms.people import ActorKind

MOST_ALIKE = 6  # people who share a weak sign; with more, the sign is worth nothing
SHORTEST_NAME = 8  # letters; shorter names lie one letter apart by chance
SHORTEST_FOR_TYPO = 5  # letters of the word that differs


def propose(nodes: Sequence[Node], clusters: Clusters, odd: frozenset[int]) -> Iterator[Group]:
    """Pairs of people who might be one, the strongest sign first; a pair may come again."""
    people = _leading_accounts(nodes, clusters, odd)
    words = count_name_words(nodes, people)
    for rule, reason in RULES:
        for members in group_by(rule(nodes, people)).values():
            for one, two in _pairs(members, clusters):
                if _is_worth_asking(nodes, words, (one, two), reason):
                    yield Group((one, two), Certainty.POSSIBLE, reason)
    yield from _disputed(nodes)


def _leading_accounts(nodes: Sequence[Node], clusters: Clusters, odd: frozenset[int]) -> list[int]:
    # one account for each name and each local part of a person is enough
    seen: set[tuple[int, str, str]] = set()
    leading = []
    for nr, node in enumerate(nodes):
        if node.kind is not ActorKind.HUMAN or not node.evidence or nr in odd:
            continue
        sign = (clusters.root(nr), node.name.key, node.address.local)
        if sign not in seen and not (is_placeholder(node.name) and not node.address.unique):
            seen.add(sign)
            leading.append(nr)
    return leading


def _pairs(members: Sequence[int], clusters: Clusters) -> Iterator[tuple[int, int]]:
    first_of: dict[int, int] = {}
    for nr in members:
        if first_of.setdefault(clusters.root(nr), nr) == nr and len(first_of) > MOST_ALIKE:
            return
    yield from combinations(first_of.values(), 2)


def _is_worth_asking(
    nodes: Sequence[Node], words: Counter[str], pair: tuple[int, int], reason: str
) -> bool:
    one, two = nodes[pair[0]], nodes[pair[1]]
    if reason == TYPO:
        return _one_letter_in_a_long_word(one.name.plain, two.name.plain)
    if reason == LOCAL_PART:
        common = words[login_of(one)] > 1  # a given name is many people's local part
        return not common and compatible(one.name, two.name)
    if reason == LOGIN:
        if one.name.full and two.name.full and not compatible(one.name, two.name):
            return False
        return is_login_form(login_of(one), two.name) or is_login_form(login_of(two), one.name)
    if reason == INITIAL:
        return 1 in (len(one.name.plain[0]), len(two.name.plain[0]))
    if reason == SPACES and not one.name.full and not two.name.full:
        return words[one.name.joined] == 0
    return True


def _one_letter_in_a_long_word(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    differing = [(a, b) for a, b in zip(one, two, strict=False) if a != b]
    if len(one) != len(two) or len(differing) != 1:
        return False
    a, b = differing[0]
    return min(len(a), len(b)) >= SHORTEST_FOR_TYPO and within_one_edit(a, b)


def _by_accents(nodes: Sequence[Node], people: Sequence[int]) -> Iterator[tuple[str, int]]:
    return ((" ".join(nodes[nr].name.plain), nr) for nr in people if nodes[nr].name.full)


def _by_joined(nodes: Sequence[Node], people: Sequence[int]) -> Iterator[tuple[str, int]]:
    return (
        (nodes[nr].name.joined, nr)
        for nr in people
        if len(nodes[nr].name.joined) >= SHORTEST_NAME and not is_placeholder(nodes[nr].name)
    )


def _by_order(nodes: Sequence[Node], people: Sequence[int]) -> Iterator[tuple[str, int]]:
    return ((" ".join(sorted(nodes[nr].name.plain)), nr) for nr in people if nodes[nr].name.full)


def _by_ends(nodes: Sequence[Node], people: Sequence[int]) -> Iterator[tuple[str, int]]:
    for nr in people:
        name = nodes[nr].name
        if name.full and len(name.plain[0]) > 1 and len(name.plain[-1]) > 1:
            yield f"{name.plain[0]} {name.plain[-1]}", nr


def _by_initial(nodes: Sequence[Node], people: Sequence[int]) -> Iterator[tuple[str, int]]:
    for nr in people:
        words = nodes[nr].name.plain
        if len(words) >= 2 and len(words[-1]) >= 3:
            yield f"{words[0][0]} {words[-1]}", nr


def _by_typo(nodes: Sequence[Node], people: Sequence[int]) -> Iterator[tuple[str, int]]:
    # one letter in a long word leaves its beginning or its end, and the other words, as they are
    for nr in people:
        name = nodes[nr].name
        if not name.full or len(name.joined) < SHORTEST_NAME:
            continue
        for at, word in enumerate(name.plain):
            if len(word) >= SHORTEST_FOR_TYPO - 1:
                kept = 2 if len(word) < 7 else 3
                rest = f"{at} {' '.join(name.plain[:at])}|{' '.join(name.plain[at + 1 :])}"
                yield f"{rest} {word[:kept]}-", nr
                yield f"{rest} -{word[-kept:]}", nr


def _by_local_part(nodes: Sequence[Node], people: Sequence[int]) -> Iterator[tuple[str, int]]:
    for nr in people:
        login = login_of(nodes[nr])
        if len(login) >= 4 and not nodes[nr].address.generic:
            yield login, nr


def _by_login(nodes: Sequence[Node], people: Sequence[int]) -> Iterator[tuple[str, int]]:
    for nr in people:
        node = nodes[nr]
        if not node.name.full and not node.address.generic:
            yield read_name(login_of(node)).joined, nr
        if node.name.full and len(node.name.joined) >= SHORTEST_NAME:
            yield node.name.joined, nr
            yield node.name.plain[0][0] + node.name.plain[-1], nr


def _disputed(nodes: Sequence[Node]) -> Iterator[Group]:
    number = {node.account: nr for nr, node in enumerate(nodes)}
    for nr, node in enumerate(nodes):
        for claim in node.rejected:
            other = number.get(claim.proper)
            if other is not None and other != nr:
                reason = f"the .mailmap of {claim.repo} says so, but another repository's disagrees"
                yield Group((nr, other), Certainty.POSSIBLE, reason)


SPACES = "the same name but for spaces and punctuation"
TYPO = "their full names differ in one letter"
LOCAL_PART = "the same local part at two domains, and names that share something"
LOGIN = "one's login is made of the other's full name"
INITIAL = "the same last name, and a first name against its initial"
Rule = Callable[[Sequence[Node], Sequence[int]], Iterator[tuple[str, int]]]
RULES: tuple[tuple[Rule, str], ...] = (
    (_by_accents, "the same full name but for accents"),
    (_by_joined, SPACES),
    (_by_order, "the same full name in another order"),
    (_by_ends, "the same first and last name, with something between"),
    (_by_local_part, LOCAL_PART),
    (_by_typo, TYPO),
    (_by_login, LOGIN),
    (_by_initial, INITIAL),
)
