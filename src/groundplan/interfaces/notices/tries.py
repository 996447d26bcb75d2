"""What came of a try to send something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from groundplan.records.updates.deliveries import Step

MOST_WORDS: Final = 120  # letters of what a server says


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a try. retry_s: how long the server asks to wait [seconds], 0 if it does not."""

    step: Step
    reason: str = ""
    retry_s: float = 0.0


SENT: Final = Tried(Step.SENT)


def say_reply(code: int, words: bytes | str) -> str:
    """A server's reply on one line, without what a terminal would obey."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f"{code} {text}"[:MOST_WORDS].strip()
