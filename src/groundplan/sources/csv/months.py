"""The names of months as exports write them: in the language of whoever exported."""

from __future__ import annotations

import unicodedata
from typing import Final

# By first letters, three of them where that is enough; a line a language, January first.
_NAMES: Final = (
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "jan feb mar apr mai jun jul aug sep okt nov dez",  # German; Norwegian but for two
    "jan fev mar avr mai juin juil aou sep oct nov dec",  # French
    "ene feb mar abr may jun jul ago set oct nov dic",  # Spanish
    "jan fev mar abr mai jun jul ago set out nov dez",  # Portuguese
    "gen feb mar apr mag giu lug ago set ott nov dic",  # Italian
    "jan feb maa apr mei jun jul aug sep okt nov dec",  # Dutch
    "jan feb mrt apr maj jun jul aug sep okt nov des",  # Danish, Swedish
    "sty lut mrz kwi maj cze lip sie wrz paz lis gru",  # Polish, and German again
    "янв фев мар апр маи июн июл авг сен окт ноя дек",  # Russian
    "янв фев мар апр мая июн июл авг сен окт ноя дек",
)
_MONTHS: Final = {
    name: nr for line in _NAMES for nr, name in enumerate(line.split(), start=1)
}  # fmt: skip


def without_accents(text: str) -> str:
    """The text without the marks on its letters: `Février` is `Fevrier`."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def fold(text: str) -> str:
    """The text in small letters without marks."""
    return without_accents(text).casefold()


def month_of(name: str) -> int:
    """The number of a month's name, written out or cut. Errors: KeyError for no month."""
    letters = fold(name)
    found = _MONTHS.get(letters[:4]) or _MONTHS.get(letters[:3])
    if found is None:
        raise KeyError(name)
    return found
