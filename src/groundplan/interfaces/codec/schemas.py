"""JSON Schema (2020-12) of inputs and views, units included, from their declarations.

msgspec's own generator refuses a union of two dataclasses, and `Estimate | Unknown` is one.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from groundplan.interfaces.codec.fields import (
    LARGEST_WHOLE,
    MOST_VALUES,
    Field,
    read_fields,
    say_unit,
)
from groundplan.interfaces.codec.inputs import CONTROLS
from groundplan.interfaces.codec.views import write_view
from groundplan.terms.units import Unit

Schema: TypeAlias = dict[str, Any]

_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    Path: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": ["number", "null"]},  # null: not a finite number
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    type(None): {"type": "null"},
    Any: {},
    object: {},
}


def schema_of_inputs(inputs: type) -> Schema:
    """One object with every input; nothing else may stand in it."""
    known = read_fields(inputs)
    schema: Schema = {
        "type": "object",
        "properties": {field.name: schema_of_field(field) for field in known},
        "additionalProperties": False,
    }
    if required := [field.name for field in known if field.required]:
        schema["required"] = required
    return schema


def schema_of_field(field: Field) -> Schema:
    """What one input takes."""
    one: Schema = dict(_PLAIN[field.kind])
    if field.choices:
        one["enum"] = list(field.choices)
    elif field.kind is str:
        one |= {"maxLength": field.longest, "pattern": f"^[^{CONTROLS}]*$"}
    elif field.kind in (int, float):
        one |= {"minimum": -LARGEST_WHOLE, "maximum": LARGEST_WHOLE}
        one["type"] = "integer" if field.kind is int else "number"
    if field.many:
        one = {"type": "array", "items": one, "maxItems": MOST_VALUES}
    if field.optional:
        one = {"anyOf": [one, {"type": "null"}]}
    return one | _notes(field.unit, field.help) | _default(field)


def _default(field: Field) -> Schema:
    return {} if field.required else {"default": write_view(field.default)}


def _notes(unit: Unit | None, says: str) -> Schema:
    notes: Schema = {}
    if unit is not None:
        notes["x-unit"] = unit.name
        says = f"{says} [{say_unit(unit)}]".lstrip()
    if says:
        notes["description"] = says
    return notes


def schema_of_view(view: type, found: dict[str, Schema], prefix: str) -> Schema:
    """A reference to the view's schema; it and all that it needs are put into `found`.

    prefix: where references point, such as "#/$defs/".
    """
    name = name_of(view)
    if name not in found:
        found[name] = {}  # a view may hold itself
        hints = get_type_hints(view, include_extras=True)
        names = [field.name for field in fields(view)]
        says = (view.__doc__ or "").partition("\n")[0]
        found[name] = {
            "type": "object",
            "title": view.__name__,
            "description": says,
            "properties": {one: _schema(hints[one], found, prefix) for one in names},
            "required": names,
        }
    return {"$ref": prefix + name}


def name_of(kind: type) -> str:
    """The name of a type's schema, with the practice or module it is of: two may be called alike.

    The nouns of `terms` go by themselves.
    """
    parts = kind.__module__.split(".")
    if "terms" in parts:
        return kind.__name__
    if "practices" in parts[:-1]:
        return f"{parts[parts.index('practices') + 1]}.{kind.__name__}"
    if "experiments" in parts:
        return f"experiments.{kind.__name__}"
    return f"{parts[-1]}.{kind.__name__}"


def _schema(hint: Any, found: dict[str, Schema], prefix: str) -> Schema:
    origin, words = get_origin(hint), get_args(hint)
    if origin is Annotated:
        unit = next((note for note in words[1:] if isinstance(note, Unit)), None)
        return _schema(words[0], found, prefix) | _notes(unit, "")
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(word, found, prefix) for word in words]}
    if origin is Literal:
        return {"enum": list(words)}
    if origin is tuple and len(words) == 2 and words[1] is Ellipsis:
        return {"type": "array", "items": _schema(words[0], found, prefix)}
    if origin is tuple:
        each = [_schema(word, found, prefix) for word in words]
        return {"type": "array", "prefixItems": each, "minItems": len(each), "maxItems": len(each)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(words[1], found, prefix)}
    if origin is not None:
        return {"type": "array", "items": _schema(words[0], found, prefix)}
    if is_dataclass(hint) and isinstance(hint, type):
        return schema_of_view(hint, found, prefix)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [word.value for word in hint]}
    return dict(_PLAIN[hint])
