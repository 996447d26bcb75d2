"""Likely signs that accounts are one person's: applied until somebody objects, always listed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from groundplan.facts.identities.census import Node
from groundplan.facts.identities.groups import (
    MOST_IN_BLOCK,
    Group,
    count_name_words,
    group_by,
    login_of,
)
from groundplan.facts.identities.merges import Certainty
from groundplan.facts.identities.naming import compatible, is_placeholder, login_fits, read_name
from groundplan.terms.people import ActorKind

MOST_ACCOUNTS_OF_NAME = 40  # with one full name; with more, several people may carry it
MOST_NAMESAKES = 0.03  # expected by chance; above it an equal name alone is not enough
SHORTEST_LOGIN = 5  # letters; many people may have a shorter one
FEWEST_NAMES = 200  # to tell from; fewer do not show how common a word is
_COMMON_SECOND_LEVEL = frozenset("co com ac org net edu gov or ne go".split())


def match_likely(nodes: Sequence[Node], odd: frozenset[int]) -> Iterator[Group]:
    """Likely groups, the strongest rule first."""
    people = [
        nr
        for nr, node in enumerate(nodes)
        if node.kind is ActorKind.HUMAN and node.evidence and nr not in odd
    ]
    by_name = list(_same_full_name(nodes, people))
    yield from _same_service(nodes)
    yield from (group for group in by_name if group.certainty is Certainty.LIKELY)
    yield from _same_mailbox(nodes, people)
    yield from _same_host(nodes, people)
    yield from _same_login(nodes, people)
    yield from _same_nick(nodes, people)
    yield from (group for group in by_name if group.certainty is not Certainty.LIKELY)


def _same_service(nodes: Sequence[Node]) -> Iterator[Group]:
    keyed = (
        (f"{node.kind} {node.service}", nr)
        for nr, node in enumerate(nodes)
        if node.service and not node.alone
    )
    for members in group_by(keyed).values():
        reason = f"both are the {nodes[members[0]].kind} {nodes[members[0]].service}"
        yield Group(tuple(members), Certainty.LIKELY, reason)


def _same_full_name(nodes: Sequence[Node], people: Sequence[int]) -> Iterator[Group]:
    words = count_name_words(nodes, people)
    names = max(len({nodes[nr].name.plain for nr in people if nodes[nr].name.full}), FEWEST_NAMES)
    keyed = ((nodes[nr].name.key, nr) for nr in people if nodes[nr].name.full)
    for members in group_by(keyed).values():
        plain = nodes[members[0]].name.plain
        # were first and last names drawn independently, so many others would carry this one
        namesakes = (words[plain[0]] - 1) * (words[plain[-1]] - 1) / names
        certainty, reason = Certainty.LIKELY, "the same full name"
        if namesakes > MOST_NAMESAKES:
            certainty, reason = Certainty.POSSIBLE, "the same full name, of two common words"
        if len(members) > MOST_ACCOUNTS_OF_NAME:
            certainty = Certainty.POSSIBLE
            reason = f"the same full name, which {len(members)} accounts carry"
        yield Group(tuple(members), certainty, reason)


def _same_mailbox(nodes: Sequence[Node], people: Sequence[int]) -> Iterator[Group]:
    keyed = ((mailbox, nr) for nr in people if (mailbox := _mailbox(nodes[nr])))
    for members in group_by(keyed).values():
        if len({nodes[nr].address.text for nr in members}) > 1:
            reason = "the same mailbox, written in two ways, and names that fit"
            yield from _compatible_only(nodes, members, reason)


def _mailbox(node: Node) -> str:
    address = node.address
    if not address.unique or address.generic or address.noreply:
        return ""
    local = address.local.partition("+")[0]
    domain = address.domain
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}" if local else ""


def _same_host(nodes: Sequence[Node], people: Sequence[int]) -> Iterator[Group]:
    keyed = (
        (f"{node.address.local}@{owner}", nr)
        for nr in people
        if not (node := nodes[nr]).address.generic
        and not node.address.noreply
        and (owner := _owner(node.address.domain))
    )
    for members in group_by(keyed).values():
        if len({nodes[nr].address.text for nr in members}) > 1:
            reason = "the same local part at hosts of one domain, and names that fit"
            yield from _compatible_only(nodes, members, reason)


def _owner(domain: str) -> str:
    labels = re.sub(r"[^a-z0-9.-]", "", domain).removesuffix(".none").split(".")
    keep = 3 if len(labels) > 2 and labels[-2] in _COMMON_SECOND_LEVEL else 2
    return ".".join(labels[-keep:]) if len(labels) >= 2 else ""


def _same_login(nodes: Sequence[Node], people: Sequence[int]) -> Iterator[Group]:
    hidden = {
        node.address.noreply.login
        for nr in people
        if (node := nodes[nr]).address.noreply and len(node.address.noreply.login) >= 4
    }
    # the login may stand in the address or in the name field
    keyed = (
        (key, nr)
        for nr in people
        for key in {login_of(nodes[nr]), "-".join(nodes[nr].name.words)} & hidden
    )
    words = count_name_words(nodes, people)
    for login, members in group_by(keyed).items():
        first = next((nr for nr in members if nodes[nr].address.noreply), members[0])
        ordered = [first, *(nr for nr in members if nr != first)]
        reason = f"one's login {login!r} is the other's address or name, and the names fit"
        yield from _compatible_only(nodes, ordered, reason)
        plain = read_name(login).joined
        if len(plain) >= SHORTEST_LOGIN and not words[plain]:
            # where a name field only repeats the login, it cannot speak against the login
            named = [
                nr
                for nr in ordered[1:]
                if plain in (nodes[nr].name.joined, nodes[first].name.joined)
            ]
            if named:
                reason = f"one's login {login!r} is the other's, and no name of others"
                yield Group((first, *named), Certainty.LIKELY, reason)


def _same_nick(nodes: Sequence[Node], people: Sequence[int]) -> Iterator[Group]:
    words = count_name_words(nodes, people)
    keyed = (
        (f"{name.key} {address.local}", nr)
        for nr in people
        if not (name := nodes[nr].name).full
        and not is_placeholder(name)
        and not (address := nodes[nr].address).generic
        and len(address.local) >= 4
        and len(name.joined) >= 4
        # a nick that is also a word of several people's names is everybody's
        and words[address.local] <= 1
        and words[name.joined] <= 1
    )
    for members in group_by(keyed).values():
        yield Group(tuple(members), Certainty.LIKELY, "the same name and the same local part")


def _compatible_only(nodes: Sequence[Node], members: Sequence[int], reason: str) -> Iterator[Group]:
    first = nodes[members[0]].name
    fitting = [
        nr
        for nr in members[1:MOST_IN_BLOCK]
        if compatible(first, nodes[nr].name)
        or (login_fits(nodes[nr].address.local, first) and not nodes[nr].name.full)
    ]
    if fitting:
        yield Group((members[0], *fitting), Certainty.LIKELY, reason)
