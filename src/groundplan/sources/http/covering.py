"""What an erasure leaves of somebody in raw replies: pseudonyms, wherever an account stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from groundplan.facts.erasure import Mask
from groundplan.terms.people import Account

AccountOf: TypeAlias = Callable[[Mapping[str, Any]], Account | None]
"""The account that a JSON object of a source is, if it is one, as the facts know it."""

# Fields by which an account is named; the others (pictures, addresses, ids) are emptied.
NAMES: Final = frozenset(("login", "name", "username", "displayName", "display_name", "user_name"))
KEPT: Final = frozenset(("__typename", "type"))


def cover_json(body: bytes, mask: Mask, account_of: AccountOf) -> bytes:
    """A JSON reply with pseudonyms for whoever was erased; the very same one if it names none.

    Covered are accounts, texts in which one stands with its address, and mentions (@login) of an
    account of the same reply. A bare name in a sentence stays. What is no JSON is covered as text.
    """
    import msgspec  # noqa: PLC0415

    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return cover_text(body, mask)
    logins: dict[str, str] = {}
    covered = _cover_accounts(data, mask, account_of, logins)
    mentions = _mentions(logins)
    covered = _cover_texts(covered, mask, mentions, logins)
    return body if covered == data else msgspec.json.encode(covered)


def cover_text(body: bytes, mask: Mask) -> bytes:
    """A reply that is text with pseudonyms where an erased account stands with its address."""
    text = body.decode("utf-8", "surrogateescape")
    return mask.cover_text(text).encode("utf-8", "surrogateescape")


def _cover_accounts(data: Any, mask: Mask, account_of: AccountOf, logins: dict[str, str]) -> Any:
    if isinstance(data, list):
        return [_cover_accounts(each, mask, account_of, logins) for each in data]
    if not isinstance(data, dict):
        return data
    account = account_of(data)
    pseudonym = mask.find(account.name, account.email) if account else None
    if account is not None and pseudonym:
        logins[account.name] = pseudonym
        return {name: _emptied(name, value, pseudonym) for name, value in data.items()}
    return {name: _cover_accounts(v, mask, account_of, logins) for name, v in data.items()}


def _emptied(name: str, value: Any, pseudonym: str) -> Any:
    if name in NAMES:
        return pseudonym if value is not None else None
    return value if name in KEPT else None


def _mentions(logins: Mapping[str, str]) -> re.Pattern[str] | None:
    if not logins:
        return None
    names = "|".join(re.escape(login) for login in sorted(logins, key=len, reverse=True))
    return re.compile(rf"(?<![\w@-])@({names})(?![\w-])")


def _cover_texts(
    data: Any, mask: Mask, mentions: re.Pattern[str] | None, logins: Mapping[str, str]
) -> Any:
    if isinstance(data, list):
        return [_cover_texts(each, mask, mentions, logins) for each in data]
    if isinstance(data, dict):
        return {name: _cover_texts(each, mask, mentions, logins) for name, each in data.items()}
    if not isinstance(data, str):
        return data
    text = mask.cover_text(data)
    return mentions.sub(lambda match: "@" + logins[match[1]], text) if mentions else text
