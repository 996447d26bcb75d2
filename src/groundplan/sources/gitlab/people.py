"""GitLab's accounts as the facts know people: by login and hidden address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from groundplan.sources.gitlab.objects import User
from groundplan.sources.http.people import ERASED, NOBODY, Face, objects_in
from groundplan.terms.people import Account

GHOST: Final = "ghost"  # in place of a deleted account
MENTION: Final = re.compile(r"@([\w.-]*\w)")


def face(login: str, number: int | None, host: str) -> Face:
    """How the facts know an account: by the address that GitLab gives whoever hides theirs."""
    if not login or login == GHOST:
        return NOBODY
    if login.startswith(ERASED):
        return Face(login, "")
    local = f"{number}-{login}" if number is not None else login
    return Face(login, f"{local}@users.noreply.{host}")


def face_of(user: User | None, host: str) -> Face:
    """How the facts know an account that a reply tells."""
    return NOBODY if user is None else face(user.username, user.id, host)


def account_of(value: Mapping[str, Any], host: str) -> Account | None:
    """The account that a JSON object of a reply is, if it is one; how erasure finds people."""
    login, number = value.get("username"), value.get("id")
    if not isinstance(login, str):
        return None
    found = face(login, number if isinstance(number, int) else None, host)
    return Account(*found) if found.email else None


def users_in(data: Any) -> dict[str, dict[str, Any]]:
    """The accounts that stand in a reply, by their logins."""
    return {each["username"]: each for each in objects_in(data) if _is_user(each)}


def mentions_in(data: Any) -> set[str]:
    """The logins that GitLab's own words name."""
    notes = (each for each in objects_in(data) if each.get("system") is True)
    return {login for note in notes for login in MENTION.findall(str(note.get("body") or ""))}


def people_in(data: Any, host: str) -> dict[str, Face]:
    """How the facts know the accounts of a reply, by their logins."""
    return {login: face(login, user["id"], host) for login, user in users_in(data).items()}


def _is_user(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("username"), str) and isinstance(value.get("id"), int)
