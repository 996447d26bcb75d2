"""What somebody sends becomes the inputs of a use case, or an error that says how.

One reader for JSON and for text (addresses, forms, commands), so that all refuse the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec

from groundplan.interfaces.codec.fields import LARGEST_WHOLE, MOST_VALUES, Field, read_fields
from groundplan.terms.errors import BadInput
from groundplan.usecase import UseCase

LONGEST_KEY: Final = 200  # letters of the name of a request
CONTROLS: Final = r"\u0000-\u0008\u000b\u000c\u000e-\u001f"
_HIDDEN = re.compile(f"[{CONTROLS}\ud800-\udfff]")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_WHOLE = re.compile(r"[+-]?[0-9]{1,16}")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def read_inputs(case: UseCase[Any, Any], given: Mapping[str, Any], *, text: bool) -> Any:
    """The inputs of the use case; what is not given has its default.

    text: values are words, or several words for a field that takes several; otherwise they are
    JSON's. Raises BadInput for a field that is missing, unknown or unreadable.
    """
    known = read_fields(case.inputs)
    names = [field.name for field in known]
    for name, value in given.items():
        if name not in names:
            allowed = f"only {', '.join(names)}" if names else f"nothing: {case.name} has no inputs"
            raise BadInput(_show(name), _show(value), allowed)
    values = {}
    for field in known:
        if field.name in given:
            values[field.name] = _read(field, given[field.name], text)
        elif field.required:
            raise BadInput(field.name, "nothing", field.allowed)
    return case.inputs(**values)


def read_json(body: bytes) -> dict[str, Any]:
    """The object that a body holds; BadInput if it holds none."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadInput("body", str(error)[:80], "one JSON object") from None
    if not isinstance(found, dict):
        raise BadInput("body", type(found).__name__, "one JSON object")
    return found


def read_key(key: str | None) -> str | None:
    """The name of a request that may be repeated; None for none.

    Raises BadInput unless it is 1 to 200 printable ASCII letters without spaces.
    """
    if key is None or _KEY.fullmatch(key):
        return key
    allowed = f"1 to {LONGEST_KEY} printable ASCII letters without spaces"
    raise BadInput("Idempotency-Key", _show(key), allowed)


def _read(field: Field, value: Any, text: bool) -> Any:
    if not field.many:
        return _read_one(field, value, text)
    values = [value] if text and isinstance(value, str) else value
    if not isinstance(values, list | tuple) or len(values) > MOST_VALUES:
        raise _bad(field, value)
    return tuple(_read_one(field, one, text) for one in values)


def _read_one(field: Field, value: Any, text: bool) -> Any:
    if value is None and field.optional:
        return None
    found = _of_text(field.kind, value) if text and isinstance(value, str) else value
    found = _of_json(field, found)
    if found is None or (field.choices and found not in field.choices):
        raise _bad(field, value)
    return field.made(found) if field.made is not field.kind else found


def _of_text(kind: type, word: str) -> Any:
    """A word as JSON would have it; the word itself where it cannot be read as such."""
    if kind is bool:
        lower = word.strip().lower()
        return lower in _YES if lower in (*_YES, *_NO) else word
    if kind is int:
        return int(word) if _WHOLE.fullmatch(word.strip()) else word
    if kind is float:
        return float(word) if _NUMBER.fullmatch(word.strip()) else word
    return word


def _of_json(field: Field, value: Any) -> Any:
    """The value in the field's own type; None if it is not one."""
    kind = field.kind
    if kind is bool:
        return value if isinstance(value, bool) else None
    if kind in (int, float):
        return _number(kind, value)
    if not isinstance(value, str) or len(value) > field.longest or _HIDDEN.search(value):
        return None
    try:
        if kind is datetime:
            at = datetime.fromisoformat(value)
            return at.astimezone(UTC) if at.tzinfo else None
        if kind is date:
            return date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except (ValueError, OverflowError):
        return None
    return value


def _number(kind: type, value: Any) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not -LARGEST_WHOLE <= value <= LARGEST_WHOLE:  # also refuses what is not a number
        return None
    if kind is int:
        return int(value) if float(value).is_integer() else None
    return float(value) if math.isfinite(value) else None


def _bad(field: Field, value: Any) -> BadInput:
    got = value
    if isinstance(value, str) and len(value) > field.longest:
        got = f"{len(value):,} letters"
    return BadInput(field.name, _show(got), field.allowed)


def without_controls(text: str) -> str:
    """The text with a sign in place of each control character that no input may have."""
    return _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _show(value: Any) -> Any:
    """What came, short enough for a sentence and without what a terminal would obey."""
    if isinstance(value, bool | float) or value is None:
        return value
    if isinstance(value, int) and abs(value) <= 10 * LARGEST_WHOLE:
        return value
    text = value if isinstance(value, str) else repr(value)
    text = without_controls(text)
    return text if len(text) <= 80 else f"{text[:80]}…"
