"""Whose accounts are whose, as colleagues said themselves: how what they said finds its person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import reduce

from groundplan.facts.engines.duckdb import Columns, as_columns, empty_columns
from groundplan.facts.said import SAID_LINKS
from groundplan.records.journal import Entry
from groundplan.records.roster import ROSTER


def shape_links(entries: Iterable[Entry]) -> Columns:
    """The accounts that colleagues linked, columns of `SAID_LINKS`, those that hold first.

    Ended links stand too: what was said while they held is still about the same person.
    """
    links = reduce(ROSTER.step, entries, ROSTER.initial).links
    lists, numbers = empty_columns(SAID_LINKS), Counter[str]()
    newest = sorted(links, key=lambda link: (link.until or date.max, link.since), reverse=True)
    for link in newest:
        numbers[link.person_id] += 1
        lists["colleague"].append(link.person_id)
        lists["nr"].append(numbers[link.person_id])
        lists["name"].append(link.account.name)
        lists["email"].append(link.account.email)
    return as_columns(SAID_LINKS, lists)
