"""A use case's declaration as a form: label, unit, help, what was typed, and what was wrong."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from groundplan.interfaces.codec.fields import Field, read_fields, say_unit
from groundplan.interfaces.web.answering import Form as Sent
from groundplan.interfaces.web.wording import say_label
from groundplan.terms.errors import BadInput, Conflict, GroundplanError, Refused
from groundplan.usecase import UseCase

KEY: Final = "idempotency_key"  # names the request, so that a form sent twice is carried out once
MANY_CHOICES: Final = 5  # more are a list to open, fewer are shown side by side


@dataclass(frozen=True, slots=True)
class Entry:
    """One field as it is shown. sort: of control; value: what stands in it; error: beside it.

    file: its text may come from a file.
    """

    name: str
    label: str
    sort: str
    value: str
    unit: str
    help: str
    error: str
    required: bool
    many: bool
    choices: tuple[str, ...]
    file: bool


@dataclass(frozen=True, slots=True)
class CaseForm:
    """The form of a use case. key: of the request; trouble and hint: why it was not done."""

    name: str
    action: str
    says: str
    writes: bool
    entries: tuple[Entry, ...]
    key: str
    trouble: str
    hint: str

    @property
    def brings(self) -> bool:
        """Whether a file may come with it, which no address could hold."""
        return any(entry.file for entry in self.entries)


def draw_form(
    case: UseCase[Any, Any], given: Mapping[str, str], error: GroundplanError | None = None
) -> CaseForm:
    """The form with what was typed in it.

    What was refused may be sent again as another request; what was unreadable is still the same.
    """
    fresh = not given.get(KEY) or (isinstance(error, Refused) and not isinstance(error, Conflict))
    wrong = error if isinstance(error, BadInput) else None
    known = read_fields(case.inputs)
    entries = tuple(_draw(field, given, wrong) for field in known)
    beside = wrong is not None and wrong.field in {field.name for field in known}
    return CaseForm(
        name=case.name.replace(".", "-"),
        action="/" + case.name.replace(".", "/"),
        says=case.says,
        writes=case.writes,
        entries=entries,
        key=secrets.token_urlsafe(16) if fresh else given[KEY],
        trouble="" if error is None or beside else error.message,
        hint="" if error is None or beside else error.hint,
    )


def read_sent(case: UseCase[Any, Any], sent: Sent) -> dict[str, Any]:
    """What a form sent, as the codec takes it: several values stand on lines of their own."""
    given: dict[str, Any] = {}
    for field in read_fields(case.inputs):
        text = sent.get(field.name)
        if field.kind is bool and not field.many:
            given[field.name] = text or "false"  # a box that is not ticked is not sent
        elif field.many:
            lines = (line.strip() for line in (text or "").splitlines())
            given[field.name] = [line for line in lines if line]
        elif text is not None and not (text == "" and field.optional):
            given[field.name] = text.replace("\r\n", "\n")
    return given


def _draw(field: Field, given: Mapping[str, str], wrong: BadInput | None) -> Entry:
    here = wrong is not None and wrong.field == field.name
    return Entry(
        name=field.name,
        label=say_label(field.name),
        sort=_sort(field),
        value=given.get(field.name, _default(field)),
        unit=say_unit(field.unit) if field.unit is not None else "",
        help=field.help,
        error=_say_wrong(wrong) if wrong is not None and here else "",
        required=field.required and not field.many,
        many=field.many,
        choices=field.choices,
        file=field.file,
    )


def _sort(field: Field) -> str:
    if field.kind is bool:
        return "box"
    if field.choices and not field.many:
        return "choices" if len(field.choices) <= MANY_CHOICES and field.required else "list"
    if field.many or field.file:
        return "lines"
    return {int: "whole", float: "number", date: "date", datetime: "text"}.get(field.kind, "text")


def _default(field: Field) -> str:
    if field.required or field.default is None:
        return ""
    values: Sequence[object] = field.default if field.many else (field.default,)
    return "\n".join(_word(value) for value in values)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:g}"
    return str(getattr(value, "value", value))


def _say_wrong(wrong: BadInput) -> str:
    came = str(wrong.got)
    got = f"“{came[:60]}” cannot be taken. " if came not in ("", "nothing") else ""
    return f"{got}Allowed: {wrong.allowed}." + (f" {wrong.hint}" if wrong.hint else "")
