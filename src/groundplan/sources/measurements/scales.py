"""Units of measurements: which are the same in another size, and which way is better."""

from __future__ import annotations

import re
from typing import Final

_TIME: Final = {
    "ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0,
}  # fmt: skip
_BYTES: Final = {
    "b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30,
}  # fmt: skip
_WORDS: Final = {
    **dict.fromkeys(("nanosecond", "nanoseconds", "nsec"), "ns"),
    **dict.fromkeys(("microsecond", "microseconds", "usec", "µs", "μs"), "us"),
    **dict.fromkeys(("millisecond", "milliseconds", "msec"), "ms"),
    **dict.fromkeys(("second", "seconds", "sec", "secs"), "s"),
    **dict.fromkeys(("minute", "minutes", "mins"), "min"),
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), "h"),
    **dict.fromkeys(("byte", "bytes"), "b"),
}
_PER: Final = re.compile(r"\s*(?:/|\bper\b)\s*")
_HIGHER: Final = ("ops", "req", "reqs", "requests", "items", "rows", "score", "accuracy")


def factor(given: str, wanted: str) -> float | None:
    """By what to multiply a value in one unit to have it in another; None if that cannot be.

    Times, bytes, and either per something or something per time: `us/op` to `ns/op`, `ops/ms` to
    `ops/s`. Any unit is the same as itself.
    """
    if given.strip() == wanted.strip():
        return 1.0
    first, second = _PER.split(given.strip()), _PER.split(wanted.strip())
    if len(first) != len(second) or len(first) > 2:
        return None
    above = _plain_factor(first[0], second[0])
    below = _plain_factor(first[1], second[1]) if len(first) == 2 else 1.0
    return above / below if above is not None and below is not None else None


def _plain_factor(given: str, wanted: str) -> float | None:
    one, other = _WORDS.get(given.lower(), given), _WORDS.get(wanted.lower(), wanted)
    if one == other:
        return 1.0
    for sizes in (_TIME, _BYTES):
        if one.lower() in sizes and other.lower() in sizes:
            return sizes[one.lower()] / sizes[other.lower()]
    return None


def is_time(unit: str) -> bool:
    """Whether something of the clock is measured."""
    return _WORDS.get(unit.lower(), unit.lower()) in _TIME


def guess_better(unit: str) -> str:
    """`lower` or `higher`, where the unit alone tells; "" where it does not."""
    above, *below = _PER.split(unit.strip())
    if below and is_time(below[0]):
        return "higher"
    if is_time(above) or _WORDS.get(above.lower(), above.lower()) in _BYTES:
        return "lower"
    return "higher" if above.lower() in _HIGHER else ""


def choose_unit(unit: str, value: float) -> tuple[str, float]:
    """A unit of the clock in which a value has two digits before the point, and the factor to it.

    Any other unit stays as it is.
    """
    if not is_time(unit) or not value:
        return unit, 1.0
    sizes = sorted(_TIME, key=_TIME.__getitem__, reverse=True)
    times = {name: factor(unit, name) or 1.0 for name in sizes if name not in ("min", "h")}
    fits = (name for name, times_it in times.items() if abs(value) * times_it >= 10)
    chosen = next(fits, "ns")
    return chosen, times[chosen]
