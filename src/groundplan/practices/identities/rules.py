"""What the practice shows and takes: pure rows, and the words a decision is given in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from groundplan.facts.identities.merges import Certainty, Decision, Verdict
from groundplan.signals.signal import Finding
from groundplan.terms.errors import BadInput
from groundplan.terms.people import Account, ActorKind

FEWEST_WORTH_A_SENTENCE: Final = 3  # open proposals; fewer are not worth a lead's minute
WORDS: Final = ("same", "different", "apart", "human", "bot", "agent")

_CONTACT = re.compile(r"^(?P<name>.*?)\s*<(?P<email>[^<>]*)>\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ListInputs:
    """What of the directory to show."""

    about: str = field(default="", metadata={"help": "only accounts whose name or address has it"})
    certainty: str = field(
        default="", metadata={"help": "only decided, certain, likely or possible merges"}
    )
    most: int = field(default=50, metadata={"help": "rows of each list [rows], 1 to 10000"})


@dataclass(frozen=True, slots=True)
class DecideInputs:
    """A decision: `same` and `different` are about two accounts, the others about one."""

    verdict: str = field(metadata={"help": "same, different, apart, human, bot or agent"})
    account: str = field(metadata={"help": "an account as it was seen: 'Name <e-mail>'"})
    other: str = field(default="", metadata={"help": "the second account of same and different"})


@dataclass(frozen=True, slots=True)
class UndoInputs:
    """Which decision to take back."""

    number: int = field(metadata={"help": "the decision's number, as listed"})


@dataclass(frozen=True, slots=True)
class MergeRow:
    """Two accounts that count as one person, or might; why, and how sure that is."""

    account: str
    other: str
    certainty: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """A bot or an AI agent: its name, what it is, why it is taken for that, its accounts."""

    name: str
    actor: str
    reason: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision that holds, in a sentence."""

    number: int
    says: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Directory:
    """Who is who. The counts are of everything, the lists of what was asked for.

    proposed: might be one person, and are not counted so. applied: counted as one.
    """

    people: int
    accounts: int
    proposed_count: int
    applied_count: int
    proposed: tuple[MergeRow, ...]
    applied: tuple[MergeRow, ...]
    programs: tuple[ProgramRow, ...]
    decisions: tuple[DecisionRow, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """What now holds, and how to take it back. Pages follow as soon as the facts are read again."""

    number: int
    says: str
    take_back: str


def check_listing(inputs: ListInputs) -> None:
    """BadInput unless the listing can be made."""
    known = [certainty.value for certainty in Certainty]
    if inputs.certainty and inputs.certainty not in known:
        raise BadInput("certainty", inputs.certainty, ", ".join(known) + ", or nothing for all")
    if not 1 <= inputs.most <= 10_000:
        raise BadInput("most", inputs.most, "1 to 10000 rows")


def check_verdict(inputs: DecideInputs) -> tuple[Verdict, ActorKind | None]:
    """What the word of a decision means; BadInput if it has no meaning, or too few accounts."""
    word = inputs.verdict.strip().lower()
    if word not in WORDS:
        raise BadInput("verdict", inputs.verdict, ", ".join(WORDS))
    pair = word in ("same", "different")
    if pair and not inputs.other.strip():
        raise BadInput("other", inputs.other, f"the second account that {word!r} is about")
    if not pair and inputs.other.strip():
        raise BadInput("other", inputs.other, f"nothing: {word!r} is about one account")
    if word in ("human", "bot", "agent"):
        return Verdict.KIND, ActorKind(word)
    return Verdict(word), None


def read_contact(field_name: str, text: str) -> Account:
    """The account that `Name <e-mail>` names; BadInput for any other form."""
    found = _CONTACT.match(text.strip())
    if found is None:
        raise BadInput(field_name, text[:80], "an account as it was seen: 'Name <e-mail>'")
    return Account(found["name"].strip(), found["email"].strip())


def show(account: Account) -> str:
    """An account as people write it."""
    return f"{account.name.strip()} <{account.email.strip()}>".strip()


def say(decision: Decision) -> str:
    """A decision in a sentence."""
    one, two = show(decision.account), show(decision.other) if decision.other else ""
    if decision.verdict is Verdict.SAME:
        return f"{one} and {two} are one person."
    if decision.verdict is Verdict.DIFFERENT:
        return f"{one} and {two} are two people."
    if decision.verdict is Verdict.APART:
        return f"{one} stands for itself."
    article = "an" if decision.kind is ActorKind.AGENT else "a"
    return f"Behind {one} stands {article} {decision.kind.value if decision.kind else 'human'}."


def is_about(row: MergeRow | ProgramRow, text: str) -> bool:
    """Whether a row mentions `text`, ignoring case."""
    words = (row.account, row.other) if isinstance(row, MergeRow) else (row.name, *row.accounts)
    return any(text.casefold() in word.casefold() for word in words)


def leave_decided(rows: Sequence[MergeRow], decided: Sequence[Decision]) -> list[MergeRow]:
    """The proposals that nobody has answered yet."""
    answered = {
        frozenset((show(decision.account), show(decision.other)))
        for decision in decided
        if decision.other is not None
    }
    return [row for row in rows if frozenset((row.account, row.other)) not in answered]


def find_sentence(open_proposals: int, programs: int) -> Finding | None:
    """A finding for the team page, if enough questions are open."""
    if open_proposals < FEWEST_WORTH_A_SENTENCE:
        return None
    apart = f" {programs} bots and AI agents are already counted apart." if programs > 1 else ""
    return Finding(
        about="identities",
        sentence=f"{open_proposals:,} pairs of accounts might be one person each.",
        weight=0.2,
        detail="Until somebody says so they count as two, which makes knowledge look wider spread "
        f"than it is. A yes or no each takes seconds.{apart}",
        href="/identities",
    )
