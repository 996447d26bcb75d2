"""What people say of where work belongs: key results, rules, corrections, and leaders' words.

Below the practice `alignment`, because goals show the time that went to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry

STREAM: Final = "alignment"
PLACED: Final = "alignment.placed"
REMOVED: Final = "alignment.removed"
RULED: Final = "alignment.ruled"
CORRECTED: Final = "alignment.corrected"
BROUGHT: Final = "alignment.brought"
KINDS: Final = (PLACED, REMOVED, RULED, CORRECTED, BROUGHT)

STRATEGIC, PUNCH_LIST, SUPPORT = "strategic", "punch list", "support"
MAINTENANCE, UNPLANNED = "maintenance", "unplanned"
WORK_KINDS: Final = (STRATEGIC, PUNCH_LIST, SUPPORT, MAINTENANCE, UNPLANNED)
NO_GOAL: Final = ""

Level: TypeAlias = Literal["company", "organisation", "team"]
WorkKind: TypeAlias = Literal["strategic", "punch list", "support", "maintenance", "unplanned"]
How: TypeAlias = Literal["key", "epic", "label", "path", "word"]


@dataclass(frozen=True, slots=True)
class KeyResult:
    """A key result. key: such as K3, the same for every reader; parent: the one it serves."""

    key: str
    text: str
    level: Level
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What belongs where, without doubt. match: what is looked for, by `how`.

    key: an item's key or the beginning of one (PAY-); epic: the item that it is part of; label:
    one of its labels; path: a folder or file that a commit touches; word: in its title or subject.
    goal, kind: empty where the rule leaves them open.
    """

    number: int
    how: How
    match: str
    goal: str
    kind: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody said of one piece of work, and what was said of it before.

    work: its id (signals/engineering_time.py). said_kind, chance: the likeliest kind before and
    its chance; drawn: whether the page had drawn the work at random.
    """

    number: int
    work: str
    goal: str
    kind: str
    said_kind: str
    chance: float
    drawn: bool

    @property
    def was_right(self) -> bool:
        """Whether the likeliest kind was the one."""
        return self.kind == self.said_kind


@dataclass(frozen=True, slots=True)
class Document:
    """What leaders wrote on a day."""

    number: int
    title: str
    on: date
    text: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """All that was said. corrections: by work, the last word holds."""

    key_results: Mapping[str, KeyResult] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    record: tuple[Correction, ...] = ()

    @property
    def named_goals(self) -> frozenset[str]:
        """The goals that a rule or a correction names."""
        of_rules = {rule.goal for rule in self.rules}
        corrected = {one.goal for one in self.corrections.values()}
        return frozenset((of_rules | corrected) - {NO_GOAL})


def step(known: Alignment, entry: Entry) -> Alignment:
    """What is known after one more entry."""
    body = entry.body
    if entry.kind == PLACED:
        key = f"K{entry.version}"
        new = KeyResult(key, body["text"], body["level"], body["parent"])
        return replace(known, key_results={**known.key_results, key: new})
    if entry.kind == RULED:
        rule = Rule(entry.version, body["how"], body["match"], body["goal"], body["kind"])
        return replace(known, rules=(*known.rules, rule))
    if entry.kind == BROUGHT:
        on = date.fromisoformat(body["on"])
        brought = Document(entry.version, body["title"], on, body["text"])
        return replace(known, documents=(*known.documents, brought))
    if entry.kind == CORRECTED:
        said = Correction(entry.version, **body)
        corrections = {**known.corrections, said.work: said}
        return replace(known, corrections=corrections, record=(*known.record, said))
    return _remove(known, body) if entry.kind == REMOVED else known


def _remove(known: Alignment, body: Mapping[str, Any]) -> Alignment:
    """Without a key result (what served it then serves what it served), a rule or a document."""
    gone, number = known.key_results.get(body["what"]), body["what"]
    left = {
        key: replace(one, parent=gone.parent) if gone and one.parent == gone.key else one
        for key, one in known.key_results.items()
        if one is not gone
    }
    return replace(
        known,
        key_results=left,
        rules=tuple(rule for rule in known.rules if f"R{rule.number}" != number),
        documents=tuple(one for one in known.documents if f"D{one.number}" != number),
    )


ALIGNMENT: Final = Fold("alignment", Alignment(), step)
