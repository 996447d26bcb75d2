"""The inputs of a use case as every interface sees them: name, kind, unit, help, default."""

from __future__ import annotations

import types
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from groundplan.terms.units import FILE, SHARE, Unit

LONGEST_TEXT: Final = 10_000  # letters of one field
LONGEST_FILE: Final = 30_000_000  # letters of a file
MOST_VALUES: Final = 1_000  # of a field that takes several
LARGEST_WHOLE: Final = 2**53 - 1  # what every reader of JSON keeps exactly (RFC 7493)

KINDS: Final = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date as 2026-01-31",
    datetime: "a time with its zone as 2026-01-31T12:00:00Z",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One input. kind: of a single value; many: takes several; choices: the only ones allowed.

    made: turns an allowed word into its value; optional: may be null. file: text that the command
    line reads from a file. default: None where the input is required.
    """

    name: str
    kind: type
    made: type
    many: bool
    optional: bool
    choices: tuple[str, ...]
    unit: Unit | None
    file: bool
    help: str
    required: bool
    default: Any

    @property
    def longest(self) -> int:
        """Letters that a value may have [letters]."""
        return LONGEST_FILE if self.file else LONGEST_TEXT

    @property
    def allowed(self) -> str:
        """What may be given, in words."""
        words = ", ".join(self.choices) if self.choices else KINDS[self.kind]
        if self.kind is str and not self.choices:
            words = f"text of at most {self.longest:,} letters"
        if self.unit is not None:
            words += f" [{say_unit(self.unit)}]"
        if self.many:
            words = f"several of: {words}"
        return f"{words} ({self.help})" if self.help else words


def say_unit(unit: Unit) -> str:
    """The unit as schemas and errors print it."""
    return "share, 0 to 1" if unit is SHARE else unit.noun


def read_fields(inputs: type) -> tuple[Field, ...]:
    """The fields of a dataclass of inputs, in order.

    Raises TypeError for a type that no interface could take.
    """
    hints = get_type_hints(inputs, include_extras=True)
    return tuple(_read(field, hints[field.name], inputs) for field in fields(inputs))


def _read(field: Any, hint: Any, inputs: type) -> Field:
    unit, file, hint = _unwrap(hint)
    optional = False
    if get_origin(hint) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(hint) if kind is not type(None)]
        optional, hint = len(kinds) < len(get_args(hint)), kinds[0]
        if len(kinds) > 1:
            raise TypeError(f"{inputs.__name__}.{field.name} takes values of several types")
        inner_unit, inner_file, hint = _unwrap(hint)
        unit, file = unit or inner_unit, file or inner_file
    many = get_origin(hint) is tuple
    if many:
        unit, file, hint = _unwrap(get_args(hint)[0])
    kind, made, choices = _kind(hint)
    if kind not in KINDS:
        raise TypeError(f"{inputs.__name__}.{field.name} has a type that no interface can take")
    default = field.default if field.default is not MISSING else None
    if field.default_factory is not MISSING:
        default = field.default_factory()
    required = field.default is MISSING and field.default_factory is MISSING
    return Field(
        field.name, kind, made, many, optional, choices, unit, file,
        str(field.metadata.get("help", "")), required, default,
    )  # fmt: skip


def _unwrap(hint: Any) -> tuple[Unit | None, bool, Any]:
    if get_origin(hint) is not Annotated:
        return None, False, hint
    bare, *notes = get_args(hint)
    unit = next((note for note in notes if isinstance(note, Unit)), None)
    return unit, FILE in [note for note in notes if isinstance(note, str)], bare


def _kind(hint: Any) -> tuple[type, type, tuple[str, ...]]:
    if get_origin(hint) is Literal:
        return str, str, tuple(str(word) for word in get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return str, hint, tuple(str(word.value) for word in hint)
    return hint, hint, ()
