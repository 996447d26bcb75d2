"""GitHub's accounts as the facts know people: by login and hidden address, never by a real one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from groundplan.sources.github.nodes import Who
from groundplan.sources.http.people import ERASED, NOBODY, Face
from groundplan.terms.people import Account

BOT_ENDING: Final = "[bot]"


def face(login: str | None, number: int | None, host: str, *, bot: bool = False) -> Face:
    """How the facts know an account.

    The address is the one that GitHub gives whoever hides theirs, so that identity finds the same
    account in commits; by its number it survives a renaming.
    """
    if not login or login == "ghost":
        return NOBODY
    if login.startswith(ERASED) and number is None:
        return Face(login, "")
    if bot and not login.endswith(BOT_ENDING):
        login += BOT_ENDING
    local = f"{number}+{login}" if number is not None else login
    return Face(login, f"{local}@users.noreply.{host}")


def face_of(who: Who | None, host: str) -> Face:
    """How the facts know a node; a team by its name, without an address."""
    if who is None:
        return NOBODY
    if who.slug is not None:
        return Face(who.slug, "")
    return face(who.login, who.database_id, host, bot=who.typename == "Bot")


def account_of(value: Mapping[str, Any], host: str) -> Account | None:
    """The account that a JSON object of a reply is, if it is one; how erasure finds people."""
    login = value.get("login")
    if isinstance(login, str):
        number = value.get("databaseId", value.get("id"))
        bot = "Bot" in (value.get("__typename"), value.get("type"))
        found = face(login, number if isinstance(number, int) else None, host, bot=bot)
        return Account(*found) if found.email else None
    name, email = value.get("name"), value.get("email")
    if isinstance(name, str) and isinstance(email, str) and "@" in email:
        return Account(name, email)
    return None
