"""Redmine's accounts as the facts know people: by name, and an address made of their number.

Real addresses are told to admins alone, so that they are left out wherever they come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from groundplan.facts.erasure import Mask
from groundplan.sources.http.covering import cover_json, cover_text
from groundplan.sources.http.people import ERASED, NOBODY, Face, objects_in
from groundplan.sources.redmine.objects import Named
from groundplan.terms.people import Account

FIELDS: Final = frozenset(("author", "assigned_to", "user", "person"))  # that name an account


def face(number: int | str | None, name: str, host: str) -> Face:
    """How the facts know an account; of an erased one there is no more than the pseudonym."""
    if not number or name.startswith(ERASED):
        return Face(name, "") if name else NOBODY
    return Face(name, f"{number}@users.noreply.{host}")


def face_of(user: Named | None, host: str) -> Face:
    """How the facts know an account that a reply tells."""
    return NOBODY if user is None else face(user.id, user.name, host)


def people_in(data: Any) -> dict[str, str]:
    """The names of the accounts that stand in a reply, by their numbers."""
    found: dict[str, str] = {}
    for each in objects_in(data):
        for field in FIELDS & each.keys():
            told = each[field]
            if isinstance(told, dict) and isinstance(told.get("name"), str):
                found[str(told.get("id"))] = told["name"]
    return found


def account_of(value: Mapping[str, Any], names: Mapping[str, str], host: str) -> Account | None:
    """The account that a JSON object of a reply is, if it is one; how erasure finds people.

    An account looks like any other thing with a number and a name, so that the names of a reply's
    accounts are given.
    """
    number, name = value.get("id"), value.get("name")
    if set(value) != {"id", "name"} or names.get(str(number)) != name:
        return None
    found = face(number, str(name), host)
    return Account(*found) if found.email else None


def cover(body: bytes, mask: Mask, host: str) -> bytes:
    """A reply with pseudonyms for whoever was erased; journals name accounts by number."""
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return cover_text(body, mask)
    names, changed = people_in(data), False
    for item, side in account_changes(data):
        number = str(item[side])
        pseudonym = mask.find(*face(number, names.get(number, ""), host))
        if pseudonym:
            item[side], changed = pseudonym, True
    covered = msgspec.json.encode(data) if changed else body
    return cover_json(covered, mask, lambda value: account_of(value, names, host))


def account_changes(data: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """The changes that name an account by its number, before or after."""
    for item in objects_in(data):
        if item.get("name") == "assigned_to_id":
            for side in ("old_value", "new_value"):
                if item.get(side):
                    yield item, side
