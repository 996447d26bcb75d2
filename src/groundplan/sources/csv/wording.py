"""What the name of a column says: its words, and the unit of the numbers below it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from groundplan.inference.arrays import Floats
from groundplan.sources.csv.cells import Numbers
from groundplan.sources.csv.months import without_accents
from groundplan.terms.units import DAYS, HOURS, WEEKS, Style, Unit

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?(?:[a-z]|[^\x00-\x7f\W\d_])+|\d+")
_WITHOUT_SPACES: Final = "\u1100"  # from here on scripts do not part words: 作成 is in 作成日
_UNIT_WORDS: Final[Mapping[str, Unit]] = {
    **dict.fromkeys("h hr hrs hour hours".split(), HOURS),
    **dict.fromkeys("d day days".split(), DAYS),
    **dict.fromkeys("w week weeks".split(), WEEKS),
    **dict.fromkeys("min mins minute minutes".split(), Unit("minutes", "minutes", Style.DURATION)),
    **dict.fromkeys(
        "s sec secs second seconds".split(), Unit("seconds", "seconds", Style.DURATION)
    ),
    **dict.fromkeys("sp point points storypoints".split(), Unit("points", "points", Style.RATE)),
    **dict.fromkeys("pomodoro pomodoros".split(), Unit("pomodoros", "pomodoros", Style.RATE)),
}
UNSTATED: Final = Unit("units", "units of the file", Style.RATE)


def words_of(column: str) -> list[str]:
    """The words of a column's name in small letters, joined ones taken apart, without accents."""
    plain = without_accents(column.replace("#", " number "))
    return [word.casefold() for word in _WORD.findall(plain)]


def points_for(column: str, speaking: Sequence[str]) -> tuple[float, str]:
    """How much a column's name speaks for a role, and the word by which it does.

    speaking: the words that speak for the role, best first; a name that is nothing but one of
    them says more than a name that has it among others.
    """
    words = words_of(column)
    joined = "".join(words)
    best = (0.0, "")
    for place, word in enumerate(speaking):
        if word == joined:
            return 3.0 - place / 100, word
        if word in words or (word[0] >= _WITHOUT_SPACES and word in joined):
            best = max(best, (2.0 - place / 30 - len(words) / 20, word))
    return best


def in_one_unit(
    estimate: Numbers, actual: Numbers, estimate_column: str, actual_column: str, notes: list[str]
) -> tuple[Floats, Floats, Unit, Unit]:
    """Both columns, the actual in the estimate's unit where both are of the clock."""
    unit = unit_of(actual, actual_column)
    estimate_unit = unit_of(estimate, estimate_column)
    unit, estimate_unit = unit or estimate_unit or UNSTATED, estimate_unit or unit or UNSTATED
    if unit == estimate_unit:
        return estimate.values, actual.values, unit, estimate_unit
    clock = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0}
    if unit.name in clock and estimate_unit.name in clock:
        factor = clock[unit.name] / clock[estimate_unit.name]
        notes.append(f"Actuals are converted from {unit.noun} to {estimate_unit.noun}.")
        return estimate.values, actual.values * factor, estimate_unit, estimate_unit
    notes.append(
        f"Estimates are in {estimate_unit.noun}, actuals in {unit.noun}: only the person's own "
        "history can tell how they relate."
    )
    return estimate.values, actual.values, unit, estimate_unit


def unit_of(numbers: Numbers, column: str) -> Unit | None:
    """The unit that a column's cells or its name tell; None if neither does."""
    words = [numbers.word, *words_of(column)]
    return next((_UNIT_WORDS[word] for word in words if word in _UNIT_WORDS), None)
