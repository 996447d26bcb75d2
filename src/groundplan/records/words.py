"""What people type: one line of text, or an error that says what is allowed."""

from __future__ import annotations

from typing import Final

from groundplan.terms.errors import BadInput

LONGEST_LINE: Final = 500  # letters


def check_line(field: str, text: str) -> str:
    """The text without space around; BadInput if it is empty, too long or unprintable."""
    text = text.strip()
    if not 0 < len(text) <= LONGEST_LINE:
        got = f"{len(text):,} letters" if text else "nothing"
        raise BadInput(field, got, f"1 to {LONGEST_LINE} letters")
    if any(not letter.isprintable() and letter not in _JOINERS for letter in text):
        raise BadInput(field, text[:40], "one line without control characters")
    return text


def check_number(field: str, value: float, low: float, high: float) -> float:
    """The number; BadInput unless it lies between low and high."""
    if not low <= value <= high:
        raise BadInput(field, value, f"{low:g} to {high:g}")
    return value


_JOINERS: Final = "\u200d\u200c"  # inside emoji and in Persian and Indic words
