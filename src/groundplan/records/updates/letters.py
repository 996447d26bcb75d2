"""What is sent of an update: to one partner what is for them, to a chat room what all may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundplan.records.updates.deliveries import Channel, Delivery, State
from groundplan.records.updates.lines import Section, Sections
from groundplan.records.updates.published import Update
from groundplan.records.updates.shown import HEADINGS, say_title
from groundplan.terms.errors import BadInput


@dataclass(frozen=True, slots=True)
class Part:
    """A section as it is sent."""

    heading: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.heading}: {len(self.lines)}"


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery with all that is sent. key: names it wherever it arrives; address: of an e-mail.

    due: it may be tried now; tries: how many were begun; reason: why the last one failed. foot: how
    past statements had come true.
    """

    delivery: int
    key: str
    channel: Channel
    to: str
    address: str
    state: State
    due: bool
    tries: int
    reason: str
    subject: str
    parts: tuple[Part, ...]
    foot: str


def write_letter(
    one: Delivery, update: Update, sections: Sections, who: tuple[str, str], team: str, due: bool
) -> Letter:
    """A delivery as it is sent. who: name and address."""
    filled = [section for section in Section if sections[section]]
    parts = (Part(HEADINGS[each], tuple(o.text for o in sections[each])) for each in filled)
    counts = ", ".join(f"{len(sections[each])} {each.value}" for each in filled)
    return Letter(
        one.number, f"{update.digest[:24]}-{one.number}", one.channel, *who, one.state, due,
        one.tries, one.reason, f"{say_title(update.month, team)} ({counts})",
        tuple(parts), update.record,
    )  # fmt: skip


def check_chat(names: Sequence[str]) -> tuple[str, ...]:
    """Names of chat rooms; BadInput for what looks like a secret address."""
    for name in names:
        if not name.strip() or "/" in name or ":" in name or len(name) > 60:
            allowed = "the name of a webhook, never its address, which is a secret"
            raise BadInput("chat", f"{len(name)} letters", allowed)
    return tuple(dict.fromkeys(name.strip() for name in names))
