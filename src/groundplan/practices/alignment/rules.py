"""Alignment as rows: the tree, what waits for a word, shares of time, what leaders write about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from groundplan.inference.chances import Record
from groundplan.inference.emphasis import SELDOM, Topic, follow_topics
from groundplan.records.alignment import (
    STRATEGIC,
    Alignment,
    Document,
    How,
    KeyResult,
    Level,
    Rule,
    WorkKind,
)
from groundplan.records.goals import Goal
from groundplan.records.words import check_line
from groundplan.signals.engineering_time import unaligned
from groundplan.signals.signal import Finding
from groundplan.signals.worth_a_word import Asked, Repeated
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import SHARE, FileText, Share

RECENT: Final = timedelta(weeks=8)  # work that is worth a word
OFTEN: Final = timedelta(weeks=26)  # within which repeated support is looked for
LONGEST_DOCUMENT: Final = 200_000  # letters
HALF: Final = 0.5
LEAST_LETTERS: Final = 0.6  # of a document's characters that are not space: below it is no text

_GOAL = {"help": "the id of a goal (G3) or a key result (K2); empty for none"}


@dataclass(frozen=True, slots=True)
class PlaceInputs:
    """A key result."""

    text: str = field(metadata={"help": "the key result, in a sentence"})
    level: Level = field(default="team", metadata={"help": "whose it is"})
    parent: str = field(default="", metadata={"help": "the key result that it serves, such as K2"})


@dataclass(frozen=True, slots=True)
class RuleInputs:
    """What belongs where without doubt."""

    how: How = field(metadata={"help": "what is looked at"})
    match: str = field(
        metadata={"help": "PAY- or PAY-12 (key), PAY-1 (epic), a label, src/pay (path), a word"}
    )
    goal: str = field(default="", metadata=_GOAL)
    kind: WorkKind | None = field(default=None, metadata={"help": "strategic, if it has a goal"})


@dataclass(frozen=True, slots=True)
class CorrectInputs:
    """What a piece of work really was."""

    work: str = field(metadata={"help": "its id, as listed"})
    kind: WorkKind = field(metadata={"help": "what kind of work it was"})
    goal: str = field(default="", metadata=_GOAL)


@dataclass(frozen=True, slots=True)
class BringInputs:
    """What leaders wrote."""

    document: FileText = field(metadata={"help": "a text or Markdown file"})
    title: str = field(metadata={"help": "what it is, such as Notes of the all-hands"})
    on: date | None = field(
        default=None, metadata={"help": "the day it was written; today if empty"}
    )


@dataclass(frozen=True, slots=True)
class RemoveInputs:
    """What goes."""

    what: str = field(metadata={"help": "K2 (key result), R4 (rule) or D7 (document), as listed"})


@dataclass(frozen=True, slots=True)
class Branch:
    """A key result or a goal in the tree. depth: from 0; state: of a goal, else empty."""

    key: str
    text: str
    level: str
    depth: int
    state: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in words. works: recent pieces of work that it decides."""

    key: str
    says: str
    works: int


@dataclass(frozen=True, slots=True)
class Board:
    """Where work belongs. targets: ids of what work can serve, with their names. learnt_from:
    labelled pieces that kinds were learnt from. record: of the corrections of work drawn at random.
    """

    tree: tuple[Branch, ...]
    rules: tuple[RuleRow, ...]
    asked: tuple[Asked, ...]
    repeats: tuple[Repeated, ...]
    targets: tuple[tuple[str, str], ...]
    recent: int
    decided: int
    learnt_from: int
    corrections: int
    record: Record | Unknown


@dataclass(frozen=True, slots=True)
class Written:
    """A document of leaders."""

    key: str
    title: str
    on: date
    words: int


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic through the documents. per_thousand: mentions in a thousand words of each; silent:
    documents since the last one; fell_silent: whether those are more than chance explains."""

    name: str
    documents: int
    per_thousand: tuple[float, ...]
    last_on: date
    silent: int
    fell_silent: bool
    chance: Share


@dataclass(frozen=True, slots=True)
class Words:
    """What leaders write about. silent: topics that they no longer mention; by_chance: how many of
    those followed would seem to have fallen silent by chance."""

    documents: tuple[Written, ...]
    silent: tuple[TopicRow, ...]
    topics: tuple[TopicRow, ...]
    by_chance: float


@dataclass(frozen=True, slots=True)
class Said:
    """What now holds."""

    key: str
    says: str


def check_target(goal: str, said: Alignment, goals: Sequence[Goal]) -> str:
    """The id of a goal or key result; BadInput for one that nobody knows."""
    known = {one.goal_id for one in goals} | set(said.key_results)
    if goal and goal not in known:
        raise BadInput("goal", goal[:40], f"one of {', '.join(sorted(known)) or 'none so far'}")
    return goal


def check_document(text: str) -> str:
    """A document's text; BadInput for one that is empty, too long, or no text at all."""
    if not text.strip():
        raise BadInput("document", "nothing", "a text with words in it")
    if len(text) > LONGEST_DOCUMENT:
        raise BadInput("document", f"{len(text):,} letters", f"at most {LONGEST_DOCUMENT:,}")
    solid = [sign for sign in text if not sign.isspace()]
    strange = sum(sign in "\N{REPLACEMENT CHARACTER}\0" for sign in solid)
    letters = sum(sign.isalpha() for sign in solid)
    if strange > 0.01 * len(solid) or letters < LEAST_LETTERS * len(solid):
        got = f"{strange:,} unreadable of {len(solid):,} signs" if strange else "hardly any letters"
        raise BadInput("document", got, "text or Markdown, saved as UTF-8")
    return text


def check_match(inputs: RuleInputs) -> str:
    """What a rule looks for; BadInput if it says nothing or decides nothing."""
    match = check_line("match", inputs.match)
    if not inputs.goal and inputs.kind is None:
        raise BadInput("kind", "nothing", "a goal, a kind, or both")
    return match.removeprefix("#") if inputs.how in ("key", "epic") else match


def grow_tree(said: Alignment, goals: Sequence[Goal]) -> tuple[Branch, ...]:
    """Key results and goals, each below what it serves; what serves nothing known stands alone."""
    below: dict[str, list[KeyResult | Goal]] = {}
    for one in said.key_results.values():
        below.setdefault(one.parent if one.parent in said.key_results else "", []).append(one)
    by_text = {one.text.casefold(): key for key, one in said.key_results.items()}
    for goal in goals:
        serves = goal.key_result.strip()
        key = serves if serves in said.key_results else by_text.get(serves.casefold(), "")
        below.setdefault(key, []).append(goal)

    def walk(key: str, depth: int) -> Iterable[Branch]:
        for one in below.get(key, ()):
            if isinstance(one, KeyResult):
                yield Branch(one.key, one.text, one.level, depth, "")
                yield from walk(one.key, depth + 1)
            else:
                yield Branch(one.goal_id, one.title, "goal", depth, one.state.value)

    return tuple(walk("", 0))


def say_rule(rule: Rule, works: int) -> RuleRow:
    """A rule as a sentence."""
    where = {"key": "Items", "epic": "What is part of", "label": "What is labelled"}
    what = where.get(rule.how, "Commits that touch" if rule.how == "path" else "What names")
    kind = rule.kind or STRATEGIC
    goes = f"{kind}, for {rule.goal}" if rule.goal else kind
    return RuleRow(f"R{rule.number}", f"{what} {rule.match}: {goes}", works)


def show_words(documents: Sequence[Document], named: Iterable[str]) -> Words:
    """What leaders write about, by topic and document, and what fell silent."""
    ordered = sorted(documents, key=lambda one: (one.on, one.number))
    topics = follow_topics([one.text for one in ordered], named)
    held = [topic for topic in topics if topic.documents]
    rows = [_show_topic(topic, ordered) for topic in held]
    silent = [row for row in rows if row.fell_silent]
    written = tuple(
        Written(f"D{one.number}", one.title, one.on, len(one.text.split())) for one in ordered
    )
    return Words(written, tuple(silent), tuple(rows), SELDOM * len(rows))


def _show_topic(topic: Topic, documents: Sequence[Document]) -> TopicRow:
    held = [one.on for one, count in zip(documents, topic.mentions, strict=True) if count]
    return TopicRow(
        topic.name, topic.documents, topic.per_thousand, held[-1], topic.silent, topic.fell_silent,
        topic.chance,
    )  # fmt: skip


def find_sentences(quarter: Measured | None, words: Words) -> Sequence[Finding]:
    """Findings: most time serves no goal, or leaders no longer mention something."""
    found, now = [], None if quarter is None else unaligned(quarter)
    if isinstance(now, Estimate) and now.low > HALF:
        says = f"{SHARE.format(now.value)} of active days served no goal in the last quarter."
        detail = "Say what the largest part of it is for, or stop it."
        found.append(Finding("alignment.time", says, 0.35, detail, "/alignment", now))
    if words.silent:
        one = words.silent[0]
        says = f"Leaders no longer write about {one.name}: not in {one.silent} documents."
        found.append(Finding("alignment.words", says, 0.25, "Ask before working on.", "/alignment"))
    return found
