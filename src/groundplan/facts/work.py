"""The kinds of fact that work items leave, whatever tracker keeps them or nobody's at all.

An item is nothing but what happened to it: what it was on any day follows from its events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from groundplan.facts.kinds import Column, FactKind, Type

ITEM_EVENTS = FactKind(
    name="item_events",
    version=1,
    grain="one thing that happened to a work item; of the same thing the latest run's word holds",
    columns=(
        Column("source", Type.TEXT, "the tracker's id in this workspace, or `journal`"),
        Column("item_id", Type.TEXT, "the item's key in its tracker"),
        Column("happened_at", Type.TIMESTAMP, "UTC; of what is known since then, when it was told"),
        Column(
            "what",
            Type.TEXT,
            "created, seen (first known), started, done, dropped, reopened, deleted, restored, "
            "moved (to a state, then), state (observed then), titled, prioritised, estimated, "
            "parent, labels, assigned, class (known since then)",
        ),
        Column("value", Type.TEXT, "what to: the state, title, ...; empty if it was taken away; "
               "of `estimated` low..high in working days"),
        Column("stage", Type.TEXT, "todo, doing, done or dropped: where it brought the item"),
        Column("name", Type.TEXT, "of `assigned`: whom to, as written; else empty"),
        Column("email", Type.TEXT, "of `assigned`: their address, where known; else empty"),
        Column("team", Type.TEXT, "the team that may read it, empty for everybody"),
        Column("nr", Type.BIGINT, "the line of the export, or the entry of the stream"),
        Column("run", Type.BIGINT, "the reading that brought it; larger is later"),
        Column("holds", Type.BOOLEAN, "false: a tombstone, a later export says it was not so"),
    ),
    key=("source", "item_id", "happened_at", "what", "value", "name", "email", "run"),
    accounts=(("name", "email"),),
    texts=("value",),
)  # fmt: skip

WORK_KINDS = (ITEM_EVENTS,)

ITEMS_PREFIX: Final = "items:"  # a source of items; no repository's id has a colon
JOURNAL: Final = "journal"  # the source of what was typed here

# What tells an export once, about the item as it is; the rest happened on a day of its own.
ATTRIBUTES: Final = (
    "state", "titled", "prioritised", "estimated", "parent", "labels", "assigned", "class",
)  # fmt: skip
# Known of an item since it exists unless something else is known: people rarely change these.
SINCE_CREATION: Final = ("titled", "class")
# Of things on one moment, in which order they happened.
ORDER: Final = (
    "seen", "created", "restored", "reopened", "started", "moved", "done", "dropped", "deleted",
    *ATTRIBUTES,
)  # fmt: skip

STAGES: Final = ("todo", "doing", "done", "dropped")
ENGINEERING, RESEARCH, UNKNOWN_CLASS = "engineering", "research", "unknown"
CLASSES: Final = (ENGINEERING, RESEARCH, UNKNOWN_CLASS)


def _words(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(phrases)})\b")


# The first that a state holds decides: "ready for review" waits, "not done" is not done.
_STATES: Final = (
    ("dropped", _words("cancell?ed", "dropped", "reject(ed)?", "declined?", "abandoned",
                       "won'?t (do|fix)", "wont ?fix", "duplicated?", "invalid", "obsolete",
                       "not planned", "withdrawn", "(cannot|can't) reproduce", "not a bug",
                       "works for me", "not an issue", "won'?t be fixed", "incomplete",
                       "later", "unmerged")),
    ("todo", _words("not", "un(started|resolved|assigned|planned)", "backlog", "to ?do", "ready",
                    "selected", "waiting", "triage", "planned", "icebox", "new", "reopened",
                    "open(ed)?", "proposed", "created", "pending", "inbox", "queued?", "next",
                    "submitted", "reported", "on hold")),
    ("doing", _words("progress", "doing", "started", "wip", "active", "review(ing)?", "developing",
                     "development", "implement(ing|ation)", "test(ing)?", "qa", "coding",
                     "building", "ongoing", "blocked", "dev", "patch available", "working",
                     "investigating", "accepted for work", "assigned", "in work")),
    ("done", _words("done", "closed?", "resolved", "completed?", "finished", "fixed", "shipped",
                    "released", "merged", "deployed", "delivered", "accepted", "verified", "live",
                    "implemented", "solved")),
)  # fmt: skip
_RESEARCH: Final = _words(
    "research", "spikes?", "experiments?", "investigat(e|ion)", "explor(e|ation|atory)",
    "prototypes?", "poc", "proof of concept", "hypothes[ie]s", "feasibility", "discovery",
)  # fmt: skip
_RESEARCH_TITLE: Final = re.compile(rf"\W*({_RESEARCH.pattern})")


def stage_of(state: str, told: Mapping[str, str] | None = None) -> str | None:
    """The stage that a state's name speaks of; None if it says nothing.

    told: stages by names of states in lower case, which go before any guess.
    """
    text = " ".join(re.sub(r"[_\-/]+", " ", state.casefold().replace("\u2019", "'")).split())
    for name in (state.casefold(), text):
        if told and name in told:
            return told[name]
    return next((stage for stage, words in _STATES if words.search(text)), None)


def class_of(kind: str, labels: str, title: str, told: Mapping[str, str] | None = None) -> str:
    """Whether an item is engineering or research, whose durations differ in kind.

    Research if its type, a label or the beginning of its title says so; engineering if it has a
    type that does not; otherwise unknown. told: classes by types in lower case.
    """
    if told and kind.casefold() in told:
        return told[kind.casefold()]
    if _RESEARCH.search(f"{kind} {labels}".casefold().replace("_", " ")):
        return RESEARCH
    if _RESEARCH_TITLE.match(title.casefold()):
        return RESEARCH
    return ENGINEERING if kind else UNKNOWN_CLASS


def find_cycles(parents: Mapping[str, str]) -> frozenset[str]:
    """The items that are their own ancestors, by each item's parent."""
    cyclic: set[str] = set()
    settled: set[str] = set()
    for start in parents:
        path: dict[str, int] = {}
        item = start
        while item in parents and item not in settled and item not in path:
            path[item] = len(path)
            item = parents[item]
        if item in path:
            cyclic.update(list(path)[path[item] :])
        settled.update(path)
    return frozenset(cyclic)


def is_items(source: str) -> bool:
    """Whether a source of the ledger brings items rather than a repository's history."""
    return source.startswith(ITEMS_PREFIX)


def repositories(sources: Iterable[str]) -> list[str]:
    """The sources that are repositories."""
    return [source for source in sources if not is_items(source)]
