"""Jira's accounts as the facts know people, and what an erasure leaves of them in a reply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from groundplan.facts.erasure import Mask
from groundplan.sources.http.covering import cover_json
from groundplan.sources.http.people import ERASED, NOBODY, Face, objects_in
from groundplan.sources.jira.objects import User
from groundplan.terms.people import Account

ACCOUNT_FIELDS: Final = ("assignee", "reporter", "creator")
_IDS: Final = ("accountId", "key", "name")


def face_of(user: User | None, host: str) -> Face:
    """How the facts know an account: by its name and address, or one of ours where that is hidden.

    Of an account that was deleted or erased only the name is left.
    """
    if user is None:
        return NOBODY
    name = user.display_name or user.name or ""
    if user.email_address:
        return Face(name, user.email_address)
    return face_by(user.ids[0] if user.ids else "", name, host)


def face_by(number: str, name: str, host: str) -> Face:
    """An account of which only an id and a name are told; of an erased one there is no more."""
    if number.startswith(ERASED):
        return Face(name, "")
    return Face(name, f"{quote(number, safe='')}@users.noreply.{host}" if number else "")


def people_in(data: Any, host: str) -> dict[str, Face]:
    """The accounts that stand in a reply, by whatever its changelogs may call them."""
    return {number: face_of(_user(value), host) for number, value in users_in(data).items()}


def account_of(value: Mapping[str, Any], host: str) -> Account | None:
    """The account that a JSON object of a reply is, if it is one; how erasure finds people."""
    if not _is_account(value):
        return None
    face = face_of(_user(value), host)
    return Account(*face) if face.email else None


def cover(body: bytes, mask: Mask, host: str) -> bytes:
    """A reply with pseudonyms for whoever was erased; changelogs name accounts in words."""
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return cover_json(body, mask, lambda value: account_of(value, host))
    people, changed = people_in(data, host), False
    for item, side, words in account_changes(data):
        number, name = str(item[side]), str(item.get(words) or "")
        pseudonym = mask.find(*(people.get(number) or face_by(number, name, host)))
        if pseudonym:
            item[side], item[words], changed = None, pseudonym, True
    covered = msgspec.json.encode(data) if changed else body
    return cover_json(covered, mask, lambda value: account_of(value, host))


def account_changes(data: Any) -> Iterator[tuple[dict[str, Any], str, str]]:
    """The changes that name an account: each with its fields for the id and for the name."""
    for item in objects_in(data):
        if item.get("field") in ACCOUNT_FIELDS:
            for side, words in (("from", "fromString"), ("to", "toString")):
                if item.get(side):
                    yield item, side, words


def users_in(data: Any) -> dict[str, dict[str, Any]]:
    """The accounts that stand in a reply as Jira tells them, by all their ids."""
    found = (value for value in objects_in(data) if _is_account(value))
    return {number: value for value in found for number in _user(value).ids}


def _is_account(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("displayName"), str) and any(
        isinstance(value.get(name), str) for name in _IDS
    )


def _user(value: Mapping[str, Any]) -> User:
    told = {name: each for name, each in value.items() if isinstance(each, str)}
    return msgspec.convert(told, User)
