"""A letter becomes an e-mail, Slack's blocks or Teams' card; words stay words in all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from html import escape
from typing import Any, Final

from groundplan.interfaces.notices.settings import Form
from groundplan.records.updates.letters import Letter

SLACK_HEADER: Final = 150  # letters that Slack's header block takes
SLACK_LINES: Final = 40  # lines of a section, so that a message keeps below Slack's limits
TEAMS_BYTES: Final = 25_000  # Teams takes 28 KB
LONGEST: Final = 600  # letters of a line in chat
FOOT: Final = "You get this because your team published it to you; groundplan updates subscribe."


def write_mail(letter: Letter, sender: str) -> EmailMessage:
    """The letter as an e-mail, plain and HTML; its id is the delivery's, whoever sends it."""
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["Subject"] = letter.subject
    message["From"] = sender
    message["To"] = letter.address
    domain = parseaddr(sender)[1].rpartition("@")[2]
    message["Message-ID"] = f"<{letter.key}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(write_plain(letter))
    message.add_alternative(write_html(letter), subtype="html")
    return message


def write_plain(letter: Letter) -> str:
    """The letter as plain text."""
    lines = [letter.subject, ""]
    for part in letter.parts:
        lines += [part.heading, *(f"- {line}" for line in part.lines), ""]
    return "\n".join([*lines, letter.foot, "", FOOT, ""])


def write_html(letter: Letter) -> str:
    """The letter as HTML that loads nothing."""
    parts = "".join(
        f"<h2>{escape(part.heading)}</h2><ul>"
        + "".join(f"<li>{escape(line)}</li>" for line in part.lines)
        + "</ul>"
        for part in letter.parts
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(letter.subject)}</title></head><body>"
        f"<h1>{escape(letter.subject)}</h1>{parts}"
        f"<p>{escape(letter.foot)}</p><p><small>{escape(FOOT)}</small></p></body></html>"
    )


def write_post(letter: Letter, form: Form) -> bytes:
    """The letter as the body of a webhook's request."""
    write = write_slack if form is Form.SLACK else write_teams
    return json.dumps(write(letter)).encode()


def write_slack(letter: Letter) -> dict[str, Any]:
    """The letter as Slack's blocks; rich text, in which nothing is markup."""
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": _plain(_cut(letter.subject, SLACK_HEADER))}
    ]
    for part in letter.parts:
        items = [_section(_cut(line, LONGEST)) for line in part.lines[:SLACK_LINES]]
        heading = _section(part.heading, style={"bold": True})
        listed = {"type": "rich_text_list", "style": "bullet", "elements": items}
        blocks.append({"type": "rich_text", "elements": [heading, listed]})
    blocks.append({"type": "context", "elements": [_plain(_cut(letter.foot, LONGEST))]})
    return {"text": _escape_slack(letter.subject), "blocks": blocks}


def write_teams(letter: Letter) -> dict[str, Any]:
    """The letter as a message with an adaptive card; text runs, in which nothing is markup.

    Lines at the end are left out, and that is said, where Teams would not take them all.
    """
    body = [_block(letter.subject, size="Large", weight="Bolder")]
    left = TEAMS_BYTES - len(json.dumps(_card(body)))
    for part in letter.parts:
        rows = [_block(part.heading, weight="Bolder")]
        rows += [_block(f"• {_cut(line, LONGEST)}") for line in part.lines]
        for row in rows:
            left -= len(json.dumps(row)) + 2
            if left < LONGEST:
                return _card([*body, _block("More stands on the page.")])
            body.append(row)
    return _card([*body, _block(_cut(letter.foot, LONGEST), isSubtle=True)])


def _card(body: list[dict[str, Any]]) -> dict[str, Any]:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    kind = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": kind, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _block(text: str, **style: object) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


def _section(text: str, **more: Mapping[str, object]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": [{"type": "text", "text": text, **more}]}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text or " ", "emoji": False}


def _escape_slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
