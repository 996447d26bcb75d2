"""A saved e-mail (.eml, RFC 5322) as a request: who writes, about what, in which words, and when.

Whatever stands in a mail was written by a stranger: it is text, never an instruction or markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from html import unescape
from typing import Final, TypeAlias

from groundplan.terms.errors import BadInput

LONGEST_MAIL: Final = 10_000_000  # letters; what is larger carries attachments, not a request
LONGEST_HEADER: Final = 5_000  # letters of one that is read
LONGEST_TEXT: Final = 5_000  # letters that are kept
MOST_PARTS: Final = 200
DEEPEST: Final = 20

_ALLOWED: Final = "one saved e-mail (.eml) of one sender, with a subject or a text"
_READ: Final = ("from", "subject", "date", "message-id")
_PLAIN: Final = frozenset({"", "7bit", "8bit", "binary"})
_HIDDEN: Final = frozenset({"script", "style", "head", "title", "template"})
_BREAKS: Final = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote"})
_PIECES: Final = re.compile(r"<[^<>]*>|[^<]+|<")
_TAG: Final = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]*)[^<>]*>")

Mime: TypeAlias = "Message[str, str]"  # generic for type checkers only


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. text: plain, cut at 5,000 letters; name: "" if only the address is told.

    sent_at: aware; None if no such moment can be read. left_out: attachments, by name or kind.
    """

    subject: str
    name: str
    email: str
    text: str
    sent_at: datetime | None
    message_id: str
    left_out: tuple[str, ...]


def read_mail(text: str) -> Mail:
    """The mail in a file's text; BadInput says why something is none, or none to be answered."""
    if len(text) > LONGEST_MAIL:
        raise _refuse(f"{len(text):,} letters", "Save it without its attachments.")
    # the parser takes memory and depth from whatever is nested in a mail
    if text.lower().count("boundary=") > MOST_PARTS:
        raise _refuse(f"more than {MOST_PARTS} parts")
    try:
        return _read(text)
    except RecursionError:  # brackets within brackets, or parts within parts
        raise _refuse("a mail that is nested without end") from None


def _read(text: str) -> Mail:
    mail = message_from_bytes(text.encode("utf-8", "replace"), policy=compat32)
    parts = list(_walk(mail))
    headers = _read_headers(mail)
    if headers.get("auto-submitted", "no").strip().lower() != "no":
        raise _refuse("an automatic reply", "Nobody waits for an answer to it.")
    name, email = _sender(headers.get("from", ""))
    subject = _one_line(headers.get("subject", ""))
    words = _text_of(parts)
    if not subject and not words:
        raise _refuse("neither a subject nor a text")
    left_out = tuple(_name_of(part) for part in parts if not _is_text(part))
    sent_at = _moment(headers.get("date", ""))
    message_id = "".join(headers.get("message-id", "").split())[:200]
    return Mail(subject, name, email, words, sent_at, message_id, left_out)


def _refuse(got: str, hint: str = "") -> BadInput:
    return BadInput("mail", got, _ALLOWED, hint)


def _walk(mail: Mime, depth: int = 0) -> Iterator[Mime]:
    """The parts of a mail, without those of the mails that it carries."""
    payload = mail.get_payload()
    for name, raw in mail.raw_items():
        if name.lower().startswith("content-") and len(raw) > LONGEST_HEADER:
            raise _refuse(f"a {name[:40]} of {len(raw):,} letters")
    if not isinstance(payload, list) or mail.get_content_maintype() == "message":
        yield mail
        return
    if depth >= DEEPEST:
        raise _refuse(f"parts nested more than {DEEPEST} deep")
    for part in payload:
        if isinstance(part, Message):
            yield from _walk(part, depth + 1)


def _read_headers(mail: Mime) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, raw in mail.raw_items():
        key = name.lower()
        if key not in (*_READ, "auto-submitted"):
            continue
        if len(raw) > LONGEST_HEADER:
            raise _refuse(f"a {name} of {len(raw):,} letters")
        if key == "from" and key in found:
            raise _refuse("two senders")
        found.setdefault(key, _unmask(raw))
    if "from" not in found:
        raise _refuse("no sender", "An .eml file begins with lines such as From: and Subject:.")
    return found


def _unmask(raw: str) -> str:
    """A header's letters, where they came as bytes."""
    return raw.encode("ascii", "surrogateescape").decode("utf-8", "replace")


def _sender(header: str) -> tuple[str, str]:
    senders = [(n, a) for n, a in getaddresses([header]) if re.fullmatch(r"[^@\s]+@[^@\s]+", a)]
    if len(senders) != 1:
        raise _refuse(f"{len(senders) or 'no'} senders with an address")
    name, email = senders[0]
    return _one_line(name)[:100], _one_line(email)[:200]


def _one_line(header: str) -> str:
    """Encoded words (RFC 2047) read, on one line, without control characters."""
    try:
        parts = decode_header(header)
    except HeaderParseError:
        parts = [(header, None)]
    words = "".join(
        part if isinstance(part, str) else _decode(part, charset) for part, charset in parts
    )
    return " ".join(_printable(words).split())[:400]


def _decode(data: bytes, *charsets: str | None) -> str:
    for charset in charsets:
        try:
            return data.decode(charset or "utf-8")
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")


def _moment(header: str) -> datetime | None:
    try:
        sent = parsedate_to_datetime(header)
        return (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_text(part: Mime) -> bool:
    told = part.get_content_disposition() != "attachment" and part.get_filename() is None
    return told and part.get_content_type() in ("text/plain", "text/html")


def _name_of(part: Mime) -> str:
    return _one_line(str(part.get_filename() or part.get_content_type()))[:100]


def _text_of(parts: list[Mime]) -> str:
    """The plain text; the words of the HTML where there is none."""
    shown = [part for part in parts if _is_text(part)]
    plain = [_body(part) for part in shown if part.get_content_type() == "text/plain"]
    if not "".join(plain).strip():
        plain = [_strip_markup(_body(p)) for p in shown if p.get_content_type() == "text/html"]
    lines = [line.rstrip() for line in _printable("\n".join(plain)).splitlines()]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1].rstrip() + "\u2026"


def _body(part: Mime) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    told = part.get_content_charset()
    # letters that were not encoded came to us as UTF-8, whatever they were in the mail
    as_sent = str(part.get("content-transfer-encoding", "")).strip().lower() in _PLAIN
    charsets = ("utf-8", told) if as_sent and not data.isascii() else (told, "utf-8")
    return _decode(data, *charsets).replace("\r\n", "\n").replace("\r", "\n")


def _strip_markup(text: str) -> str:
    """What a reader of the page would see, in time that grows with its length alone.

    The standard library's parser is quadratic on tags that never end.
    """
    found: list[str] = []
    hidden = ""
    for piece in _PIECES.findall(_without_comments(text)):
        tag = _TAG.match(piece)
        name = tag[1].lower() if tag else ""
        if hidden:
            hidden = "" if name == f"/{hidden}" else hidden
        elif name in _HIDDEN:
            hidden = name
        elif name:
            found.append("\n" if name.removeprefix("/") in _BREAKS else "")
        elif not piece.startswith("<!"):
            found.append(re.sub(r"\s+", " ", piece))
    return re.sub(r"\n\s*\n", "\n\n", unescape("".join(found)))


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("-->", start)
        at = end + 3 if end >= 0 else len(text)
    return "".join([*kept, text[at:]])
