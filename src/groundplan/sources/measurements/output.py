"""What a measuring command printed: the samples of one run, or why there are none."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final

from groundplan.sources.measurements.scales import factor

MOST_BYTES: Final = 65_536  # of output; whoever prints more prints something else
MOST_SAMPLES: Final = 5_000  # of one run
_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf\w*)", re.I)
_ONE: Final = re.compile(rf"({_NUMBER.pattern})\s*([^\s\d].*)?", re.IGNORECASE)
_SHOWN: Final = 60  # letters of what was printed


@dataclass(frozen=True, slots=True)
class Printed:
    """The outcome of a command: what it printed, up to a limit, and how it ended.

    exit: its exit code, None where it was stopped because it took too long or printed too much.
    """

    out: bytes
    error: bytes
    exit: int | None
    seconds: float
    timed_out: bool = False


def read_output(printed: Printed, unit: str, timeout_s: float) -> tuple[tuple[float, ...], str]:
    """The samples that a command printed [unit], and "" or why there are none.

    A command prints one number, with or without a unit, or JSON: a number, a list of them, or an
    object with `value` or `values`, and perhaps `unit`. Other units of time or bytes are converted.
    """
    try:
        return _read(printed, unit, timeout_s), ""
    except _Unusable as why:
        return (), str(why)


class _Unusable(Exception):
    """Why what was printed is no measurement."""


def _read(printed: Printed, unit: str, timeout_s: float) -> tuple[float, ...]:
    if printed.timed_out:
        raise _Unusable(f"it took longer than {timeout_s:g} s and was stopped")
    if len(printed.out) > MOST_BYTES:
        raise _Unusable(f"it printed more than {MOST_BYTES:,} bytes; print one number or JSON")
    text = printed.out.decode("utf-8", "replace").strip()
    if printed.exit:
        said = printed.error.decode("utf-8", "replace").strip().splitlines() or [""]
        raise _Unusable(f"it ended with exit code {printed.exit}: {_show(said[-1])}".rstrip(": "))
    if printed.exit is None:
        raise _Unusable("it was cut off before it ended")
    if not text:
        raise _Unusable("it printed nothing; print one number or JSON")
    given, values = _read_text(text)
    times = 1.0 if given is None else factor(given, unit)
    if times is None:
        raise _Unusable(f"it printed {_show(str(given))!r}, but is measured in {unit!r}")
    if not all(math.isfinite(value) for value in values):
        raise _Unusable(f"it printed {_show(text)!r}, which is no finite number")
    return tuple(value * times for value in values)


def _read_text(text: str) -> tuple[str | None, list[float]]:
    """The unit, if one is told, and the numbers."""
    if text[0] in "[{":
        return _read_json(text)
    if one := _ONE.fullmatch(text):
        if one[2] is None:
            return None, [float(one[1])]
        if not _NUMBER.search(one[2]):
            return one[2].strip(), [float(one[1])]
    count = len(_NUMBER.findall(text))
    if count > 1:
        raise _Unusable(f"it printed {count:,} numbers; print one, or a JSON list of samples")
    raise _Unusable(f"it printed {_show(text)!r}, which is no number")


def _read_json(text: str) -> tuple[str | None, list[float]]:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise _Unusable(f"it printed {_show(text)!r}, which is no JSON") from None
    given = None
    if isinstance(found, dict):
        given = found.get("unit")
        found = found.get("values", found.get("value"))
        if not isinstance(given, str | None):
            raise _Unusable("the unit that it printed is no text")
    values = found if isinstance(found, list) else [found]
    if not 0 < len(values) <= MOST_SAMPLES:
        raise _Unusable(f"it printed {len(values):,} samples; print 1 to {MOST_SAMPLES:,}")
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        raise _Unusable(f"it printed {_show(text)!r}: `value` or `values` must be numbers")
    try:
        return given, [float(value) for value in values]
    except OverflowError:
        raise _Unusable(f"it printed {_show(text)!r}, which is no finite number") from None


def _show(text: str) -> str:
    """The beginning, without what a terminal would obey."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
