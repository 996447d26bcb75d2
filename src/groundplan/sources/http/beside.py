"""What is told beside a ticket's life: working time on it, and its links to others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from groundplan.facts.host_items import ITEM_LINKS, TOLD, WORKLOGS
from groundplan.sources.http.people import NOBODY, Face
from groundplan.sources.http.rows import MOST_VALUE
from groundplan.sources.http.shaped import Shaped

_RELATIONS: Final[Mapping[str, str]] = {
    "blocks": "blocks", "is blocked by": "blocked_by", "blocked": "blocked_by",
    "duplicates": "duplicates", "is duplicated by": "duplicated_by", "duplicated": "duplicated_by",
    "clones": "duplicates", "is cloned by": "duplicated_by", "causes": "causes",
    "is caused by": "caused_by", "relates to": "relates", "relates": "relates",
    "precedes": "precedes", "follows": "follows", "depends on": "blocked_by",
    "is depended on by": "blocks", "has to be done before": "precedes",
    "has to be done after": "follows", "copied_to": "other", "copied_from": "other",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Worklog:
    """Working time on a ticket. started: the beginning of the day where only that is told."""

    worklog_id: str
    started: datetime | None
    hours: float | None
    who: Face


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another ticket. words: what this one is to the other, as the tracker says it."""

    link_id: str
    words: str
    other: str


def tell_worklogs(shaped: Shaped, key: str, told: Iterable[Worklog]) -> None:
    """All working time on a ticket; entries that were told before and are not among it are gone."""
    for each in (Worklog(TOLD, None, None, NOBODY), *told):
        shaped.add(WORKLOGS, {
            "key": key, "worklog_id": each.worklog_id, "started_at": each.started,
            "hours": each.hours, "name": each.who.name, "email": each.who.email,
        })  # fmt: skip


def tell_links(shaped: Shaped, key: str, told: Iterable[Link]) -> None:
    """All links of a ticket; those that were told before and are not among them are gone."""
    for each in (Link(TOLD, "", ""), *told):
        words = each.words.strip()
        shaped.add(ITEM_LINKS, {
            "key": key, "link_id": each.link_id, "relation": relation_of(words),
            "told_relation": words[:MOST_VALUE], "other": each.other,
        })  # fmt: skip


def relation_of(words: str) -> str:
    """What one ticket is to another, in the words of `item_links`; other for words of a team."""
    return _RELATIONS.get(words.casefold(), "other") if words else ""
