"""Joins accounts group by group, the strongest evidence first, and stops at absurd chains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from groundplan.facts.identities.census import Node
from groundplan.facts.identities.clusters import Clusters
from groundplan.facts.identities.groups import Group
from groundplan.facts.identities.merges import Certainty, Decision, Merge, Verdict
from groundplan.facts.identities.naming import compatible
from groundplan.terms.people import Account

MOST_ACCOUNTS = 80  # of one person; likely merges never make more
MOST_LEADERS = 4  # people in one group that obstacles keep apart
ONLY_POSSIBLE = "it is only possible"
RULED_OUT = "somebody decided that they differ"


@dataclass(slots=True)
class Joining:
    """The state of one resolution: which accounts count as one, and the merges that led there."""

    nodes: Sequence[Node]
    clusters: Clusters = field(init=False)
    merges: list[Merge] = field(default_factory=list)
    told: set[frozenset[int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.clusters = Clusters(len(self.nodes))

    def obey(self, decisions: Sequence[Decision]) -> None:
        """Apply what people decided: where decisions contradict each other, the newest holds."""
        number = {node.account: nr for nr, node in enumerate(self.nodes)}
        for decision in reversed(decisions):
            a, b = number.get(decision.account), number.get(decision.other or Account("", ""))
            if a is None or b is None or a == b:
                continue
            if decision.verdict is Verdict.DIFFERENT:
                self.clusters.keep_apart(a, b)
            elif decision.verdict is Verdict.SAME:
                apart = self.clusters.are_apart(a, b)
                self.clusters.join(a, b)
                reason = "somebody decided so" + (f", but later {RULED_OUT}" if apart else "")
                self._list(a, b, Certainty.DECIDED, reason, not apart)

    def apply(self, groups: Iterable[Group]) -> None:
        """Join each group's accounts to its first, or to the next that nothing stands against."""
        for group in groups:
            leaders = [group.members[0]]
            for other in group.members[1:]:
                if not self._is_joined(leaders, other, group) and len(leaders) < MOST_LEADERS:
                    leaders.append(other)

    def _is_joined(self, leaders: Sequence[int], other: int, group: Group) -> bool:
        if any(self.clusters.root(leader) == self.clusters.root(other) for leader in leaders):
            return True
        against = ""
        for leader in leaders:
            obstacle = self._against(leader, other, group.certainty)
            if not obstacle:
                self.clusters.join(leader, other)
                self._list(leader, other, group.certainty, group.reason, True)
                return True
            against = against or obstacle
        refused = {self._roots(leader, other) for leader in leaders}
        if not refused & self.told:
            certainty = group.certainty
            if against not in (RULED_OUT, ONLY_POSSIBLE):
                certainty = Certainty.POSSIBLE
            tail = "" if against == ONLY_POSSIBLE else f"; but {against}"
            self._list(leaders[0], other, certainty, group.reason + tail, False)
        self.told |= refused
        return False

    def _roots(self, a: int, b: int) -> frozenset[int]:
        return frozenset((self.clusters.root(a), self.clusters.root(b)))

    def _against(self, first: int, other: int, certainty: Certainty) -> str:
        if self.clusters.are_apart(first, other):
            return RULED_OUT
        if certainty is Certainty.POSSIBLE:
            return ONLY_POSSIBLE
        return self._obstacle(first, other) if certainty is Certainty.LIKELY else ""

    def _obstacle(self, first: int, other: int) -> str:
        """What stands against a likely merge of the two whole clusters; empty if nothing."""
        ours = [self.nodes[nr] for nr in self.clusters.members(first)]
        theirs = [self.nodes[nr] for nr in self.clusters.members(other)]
        if len(ours) + len(theirs) > MOST_ACCOUNTS:
            return f"one person would then have more than {MOST_ACCOUNTS} accounts"
        if repo := _kept_apart_by_mailmap(ours, theirs):
            return f"the .mailmap of {repo} gives them different identities"
        if _two_forge_accounts(ours, theirs):
            return "they have different accounts on one forge"
        if not _names_fit(ours, theirs):
            return "their full names differ"
        return ""

    def _list(self, a: int, b: int, certainty: Certainty, reason: str, applied: bool) -> None:
        one, two = self.nodes[a].account, self.nodes[b].account
        self.merges.append(Merge(one, two, certainty, reason, applied))


def _kept_apart_by_mailmap(ours: Sequence[Node], theirs: Sequence[Node]) -> str:
    mine = {claim.repo: claim.key for node in ours for claim in node.claims}
    for node in theirs:
        for claim in node.claims:
            if mine.get(claim.repo, claim.key) != claim.key:
                return claim.repo
    return ""


def _two_forge_accounts(ours: Sequence[Node], theirs: Sequence[Node]) -> bool:
    if ours[0].service and ours[0].service == theirs[0].service:
        return False
    mine, other = _forge_numbers(ours), _forge_numbers(theirs)
    return any(host in other and not numbers & other[host] for host, numbers in mine.items())


def _forge_numbers(nodes: Sequence[Node]) -> dict[str, set[str]]:
    numbers: dict[str, set[str]] = {}
    for node in nodes:
        hidden = node.address.noreply
        if hidden and hidden.number:
            numbers.setdefault(hidden.host, set()).add(hidden.number)
    return numbers


def _names_fit(ours: Sequence[Node], theirs: Sequence[Node]) -> bool:
    mine = {node.name for node in ours if node.name.full and not node.service}
    other = {node.name for node in theirs if node.name.full and not node.service}
    if not mine or not other:
        return True
    return any(compatible(a, b) for a in mine for b in other)
