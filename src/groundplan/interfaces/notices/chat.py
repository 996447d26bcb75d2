"""Posts to a chat room's webhook; its address is a secret, so no error and no log tells it."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import IO, Final
from urllib.parse import urlsplit

from groundplan.interfaces.notices.settings import is_here
from groundplan.interfaces.notices.tries import SENT, Tried, say_reply
from groundplan.records.updates.deliveries import Step
from groundplan.sources.http.secrets import Secret

TIMEOUT_S: Final = 30.0
_WORD: Final = re.compile(r"[a-z_ ]{1,40}")
_LATER: Final = frozenset({408, 425, 429, 500, 503})
_UNSURE: Final = frozenset({502, 504})  # what stands between may have handed it on


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A secret address is told to nobody else."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        return None


def post_chat(address: Secret, body: bytes, key: str, now: datetime) -> Tried:
    """Post to a webhook; what came of it. key: names the post, for who can tell a second one.

    An answer that never came leaves open whether the post arrived: it is not tried again.
    """
    parts = urlsplit(address.reveal())
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here(parts.hostname or "")):
        return Tried(Step.FAILED, "the webhook's address does not begin with https://")
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    request = urllib.request.Request(address.reveal(), body, headers)
    opener = urllib.request.build_opener(_NoRedirects())
    try:
        with opener.open(request, timeout=TIMEOUT_S):
            return SENT
    except urllib.error.HTTPError as error:
        with error:
            reason = say_reply(error.code, _read_word(error.read(500), parts.path))
            return _judge(error.code, reason, error.headers.get("Retry-After", ""), now)
    except urllib.error.URLError as error:  # connecting or sending failed: nothing arrived
        kind = type(error.reason).__name__
        return Tried(Step.LATER, f"the chat server cannot be reached ({kind})")
    except (OSError, HTTPException) as error:
        return Tried(Step.UNSURE, f"the chat server did not answer ({type(error).__name__})")


def _read_word(body: bytes, path: str) -> str:
    """What a server says where it is a word such as `no_service`, and no part of the address."""
    word = body.decode("utf-8", "replace").strip()
    return word if _WORD.fullmatch(word) and word not in path else ""


def _judge(code: int, reason: str, asked: str, now: datetime) -> Tried:
    if code in _UNSURE:
        return Tried(Step.UNSURE, reason)
    if code in _LATER:
        return Tried(Step.LATER, reason, _read_wait(asked, now))
    return Tried(Step.FAILED, reason)


def _read_wait(asked: str, now: datetime) -> float:
    """What Retry-After asks for [seconds], as seconds or a date; 0 for neither (RFC 9110)."""
    if asked.strip().isdigit():
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
    except (TypeError, ValueError):
        return 0.0
    return max((until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds(), 0.0)
