"""A view as JSON: dataclasses become objects, and what is not a finite number is null.

A time without a zone is UTC, as everywhere in the facts, and says so.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

import msgspec


def write_view(view: object) -> Any:
    """The view as objects, arrays, text, numbers, true, false and null."""
    return _mend(msgspec.to_builtins(view, builtin_types=(datetime,), enc_hook=_plain))


def write_json(view: object) -> bytes:
    """The view as one JSON document, in UTF-8."""
    return msgspec.json.encode(write_view(view))


def write_pretty_json(view: object) -> str:
    """The view as one indented JSON document."""
    return msgspec.json.format(write_json(view), indent=2).decode()


def _plain(value: object) -> object:
    if hasattr(value, "tolist"):  # NumPy's arrays and scalars, told without loading NumPy
        return value.tolist()
    if isinstance(value, PurePath):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} has no JSON form")


def _mend(value: Any) -> Any:
    """In what JSON can say: no infinity, no half of a character, times in one form."""
    if isinstance(value, datetime):
        at = value.astimezone(UTC) if value.tzinfo else value
        return f"{at.replace(tzinfo=None).isoformat()}Z"
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {str(key): _mend(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mend(item) for item in value]
    return value
