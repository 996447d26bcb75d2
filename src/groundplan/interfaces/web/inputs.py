"""Text from an address or a form becomes the inputs of a use case, or an error that says how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, get_type_hints

from groundplan.terms.errors import BadInput
from groundplan.usecase import UseCase

_LONGEST = 2000  # letters of one field


def read_inputs(case: UseCase[Any, Any], given: Mapping[str, str]) -> dict[str, object]:
    """The fields that the use case knows, in their types; others are ignored.

    Raises BadInput for a missing or unreadable field.
    """
    hints = get_type_hints(case.inputs)
    values: dict[str, object] = {}
    for field in fields(case.inputs):
        if field.name in given:
            values[field.name] = _read(field.name, given[field.name], hints[field.name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise BadInput(field.name, "nothing", field.metadata.get("help", "a value"))
    return values


def _read(name: str, text: str, kind: object) -> object:
    if len(text) > _LONGEST:
        raise BadInput(name, f"{len(text)} letters", f"at most {_LONGEST} letters")
    if kind is bool:
        return text in ("1", "true", "on", "yes")
    if kind in (int, float):
        try:
            return int(text) if kind is int else float(text)
        except ValueError:
            raise BadInput(name, text, "a number") from None
    return text
