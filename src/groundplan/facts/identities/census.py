"""Every distinct account once, with all that the rules of identity look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from groundplan.facts.identities.actors import HUMAN, classify
from groundplan.facts.identities.mailmap import Mailmap, MailmapLine
from groundplan.facts.identities.merges import Decision, SeenAccount, Verdict
from groundplan.facts.identities.naming import Address, Name, read_address, read_name, similar
from groundplan.terms.people import Account, ActorKind

CLOCKS_BEGIN = datetime(1980, 1, 1)  # noqa: DTZ001  earlier times come from broken clocks


@dataclass(frozen=True, slots=True)
class Claim:
    """What one repository's .mailmap says of an account."""

    repo: str
    proper: Account
    commits: int

    @property
    def key(self) -> str:
        """What accounts of the same proper identity share."""
        address = read_address(self.proper.email)
        if address.unique and not address.generic:
            return address.text
        return f"{read_name(self.proper.name).key}\n{address.text}"


@dataclass(frozen=True, slots=True)
class Node:
    """One distinct account over all repositories.

    claims: what the mailmaps say, the one to follow first; rejected: claims that name somebody
    else than the one followed. alone: somebody decided that it stands for itself.
    evidence: whether its name may speak for a likely merge: a person's, not a pair's, a project's.
    """

    account: Account
    commits: int
    first_at: datetime | None
    name: Name
    address: Address
    kind: ActorKind
    kind_reason: str
    service: str
    claims: tuple[Claim, ...]
    rejected: tuple[Claim, ...]
    alone: bool
    evidence: bool


def count_accounts(
    accounts: Sequence[SeenAccount],
    mailmaps: Mapping[str, Sequence[MailmapLine]],
    decisions: Sequence[Decision],
) -> list[Node]:
    """A node for each distinct account, the most used first."""
    maps = {repo: Mailmap(lines) for repo, lines in mailmaps.items() if lines}
    seen: dict[Account, list[SeenAccount]] = {}
    for account in accounts:
        seen.setdefault(account.account, []).append(account)
    humans = {d.account for d in decisions if d.kind is ActorKind.HUMAN}
    alone = {d.account for d in decisions if d.verdict is Verdict.APART}
    nodes = [_node(a, rows, maps, a in humans, a in alone) for a, rows in seen.items()]
    nodes.sort(key=lambda node: (-node.commits, node.account.name, node.account.email))
    return nodes


def _node(
    account: Account,
    rows: Sequence[SeenAccount],
    maps: Mapping[str, Mailmap],
    human: bool,
    alone: bool,
) -> Node:
    actor = HUMAN if human else classify(account.name, account.email)
    name = read_name(account.name)
    followed, rejected = _claims(account, rows, maps)
    times = [row.first_at for row in rows if row.first_at and _in_time(row.first_at)]
    return Node(
        account=account,
        commits=sum(row.commits for row in rows),
        first_at=min(times, default=None),
        name=name,
        address=read_address(account.email),
        kind=actor.kind,
        kind_reason=actor.reason,
        service=actor.service,
        claims=followed,
        rejected=rejected,
        alone=alone,
        evidence=not (alone or name.several or _is_project(name, rows)),
    )


def _is_project(name: Name, rows: Sequence[SeenAccount]) -> bool:
    return any(name.plain and name.joined == read_name(row.repo).joined for row in rows)


def _in_time(moment: datetime) -> bool:
    return moment.replace(tzinfo=None) >= CLOCKS_BEGIN


def _claims(
    account: Account, rows: Sequence[SeenAccount], maps: Mapping[str, Mailmap]
) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    claims = [
        Claim(row.repo, proper, row.commits)
        for row in rows
        if row.repo in maps and (proper := maps[row.repo].find(account)) is not None
    ]
    if not claims:
        return (), ()
    # where mailmaps disagree on an account, the repository that knows it best is followed
    claims.sort(key=lambda claim: (-claim.commits, claim.repo))
    best = claims[0]
    followed = tuple(claim for claim in claims if _agree(best, claim))
    return followed, tuple(claim for claim in claims if not _agree(best, claim))


def _agree(a: Claim, b: Claim) -> bool:
    return a.key == b.key or similar(read_name(a.proper.name), read_name(b.proper.name))
