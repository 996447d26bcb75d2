"""What people decided about identities, folded from what they said: the last word holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from groundplan.facts.identities.merges import Decision, Verdict
from groundplan.terms.errors import SourceBroken
from groundplan.terms.people import Account, ActorKind

STREAM = "identity"
DECIDED = "identities.decided"
UNDONE = "identities.undone"


class Said(Protocol):
    """An entry of the stream, as a journal keeps it."""

    @property
    def version(self) -> int:
        """Its position in the stream, from 1."""

    @property
    def kind(self) -> str:
        """What kind of entry it is."""

    @property
    def body(self) -> Mapping[str, Any]:
        """What was said."""


def decisions(entries: Iterable[Said]) -> list[Decision]:
    """The decisions that hold after `entries` of the stream "identity", oldest first.

    A later decision about the same accounts replaces an earlier one, setting an account apart
    ends what joined it, and what was undone counts no more. Other kinds of entries are left out.
    Raises SourceBroken for an entry that nobody's decision can look like.
    """
    return list(standing(entries).values())


def standing(entries: Iterable[Said]) -> dict[int, Decision]:
    """As `decisions`, by the version of the entry that said it."""
    said = [entry for entry in entries if entry.kind in (DECIDED, UNDONE)]
    undone = {_undone_version(entry) for entry in said if entry.kind == UNDONE}
    holding: dict[int, Decision] = {}
    for entry in said:
        if entry.kind == DECIDED and entry.version not in undone:
            decision = read_decision(entry)
            for version in [v for v, old in holding.items() if replaces(decision, old)]:
                del holding[version]
            holding[entry.version] = decision
    return holding


def replaces(new: Decision, old: Decision) -> bool:
    """Whether `old` no longer holds once `new` was said."""
    if new.verdict is Verdict.APART:
        joined = old.verdict is Verdict.SAME and new.account in (old.account, old.other)
        return joined or (old.verdict is Verdict.APART and old.account == new.account)
    if Verdict.KIND in (new.verdict, old.verdict):
        return new.verdict is old.verdict and new.account == old.account
    return {new.account, new.other} == {old.account, old.other}


def read_decision(entry: Said) -> Decision:
    """The decision that an entry of kind `identities.decided` records."""
    body = entry.body
    try:
        other = body.get("other")
        kind = body.get("actor")
        return Decision(
            verdict=Verdict(body["verdict"]),
            account=_account(body["account"]),
            other=None if other is None else _account(other),
            kind=None if kind is None else ActorKind(kind),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(entry, error) from error


def write_decision(decision: Decision) -> dict[str, Any]:
    """The body of an entry that records `decision`."""
    body: dict[str, Any] = {
        "verdict": decision.verdict.value,
        "account": {"name": decision.account.name, "email": decision.account.email},
    }
    if decision.other is not None:
        body["other"] = {"name": decision.other.name, "email": decision.other.email}
    if decision.kind is not None:
        body["actor"] = decision.kind.value
    return body


def _account(body: Mapping[str, Any]) -> Account:
    return Account(str(body["name"]), str(body["email"]))


def _undone_version(entry: Said) -> int:
    try:
        return int(entry.body["version"])
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(entry, error) from error


def _broken(entry: Said, error: Exception) -> SourceBroken:
    return SourceBroken(
        f"entry {entry.version} of the stream {STREAM!r} is no {entry.kind}: {error!r}",
        "Verify the journal; if it is whole, a newer Groundplan may have written the entry.",
    )
