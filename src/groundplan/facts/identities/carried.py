"""A login at a code host is whoever wrote the commits that its pull requests carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from groundplan.facts.identities.census import Node
from groundplan.facts.identities.groups import Group
from groundplan.facts.identities.merges import Certainty
from groundplan.terms.people import Account, ActorKind

FEWEST: Final = 3  # commits; with fewer, a colleague's fix on one's branch is all that there is
NEARLY_ALL: Final = 0.8  # of the author's commits that any pull request carries
MOST: Final = 0.5  # of the commits that the login's pull requests carry
SOME: Final = 0.25


@dataclass(frozen=True, slots=True)
class Carried:
    """How many commits of an author pull requests of a login carry [commits]."""

    login: Account
    author: Account
    commits: int


def match_carried(nodes: Sequence[Node], carried: Sequence[Carried]) -> Iterator[Group]:
    """Likely: a login's pull requests carry mostly this author's commits, and few others do.

    Possible: half and a quarter as much. Left out: accounts of programs, and too few commits.
    """
    number = {node.account: nr for nr, node in enumerate(nodes) if _may_speak(node)}
    told = [each for each in carried if each.login in number and each.author in number]
    by_login, by_author = Counter[Account](), Counter[Account]()
    for each in told:
        by_login[each.login] += each.commits
        by_author[each.author] += each.commits
    for each in sorted(told, key=lambda each: (-each.commits, each.login, each.author)):
        if each.login == each.author or each.commits < FEWEST:
            continue
        of_author = each.commits / by_author[each.author]
        of_login = each.commits / by_login[each.login]
        certainty = Certainty.POSSIBLE
        if of_author >= NEARLY_ALL and of_login >= MOST:
            certainty = Certainty.LIKELY
        elif of_author < MOST or of_login < SOME:
            continue
        reason = (
            f"of one's {by_author[each.author]} commits in pull requests, {each.commits} are in "
            f"those of the login {each.login.name!r}"
        )
        yield Group((number[each.author], number[each.login]), certainty, reason)


def _may_speak(node: Node) -> bool:
    return node.kind is ActorKind.HUMAN and not node.alone and not node.name.several
