"""Kinds of entries, and how a body that an older program wrote is read by this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from groundplan.records.journal import Entry
from groundplan.terms.errors import Refused, SourceBroken

Body: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EntryKind:
    """What may be said, and in which form of body it is written today.

    name: "promises.made". form: counted from 1, raised when the body changes.
    upcasters: from an old form to the next one, for each form below today's.
    """

    name: str
    form: int = 1
    upcasters: Mapping[int, Callable[[Body], Body]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        missing = set(range(1, self.form)) - set(self.upcasters)
        if missing:
            raise ValueError(f"{self.name}: no upcaster from form {min(missing)}")


def upcast(entry: Entry, kinds: Mapping[str, EntryKind]) -> Entry:
    """The entry with its body in today's form; one of an unknown kind is left as it is.

    Refused for a form from the future, SourceBroken for a body that its upcaster cannot read.
    """
    kind = kinds.get(entry.kind)
    if kind is None or entry.erased or entry.form == kind.form:
        return entry
    if entry.form > kind.form:
        raise Refused(
            f"entry {entry.version} of {entry.stream!r} was written by a newer Groundplan "
            f"({kind.name} in form {entry.form}, this one reads up to {kind.form})",
            "Update Groundplan; nothing in the journal was changed.",
        )
    body: Body = entry.body
    for form in range(entry.form, kind.form):
        try:
            body = kind.upcasters[form](body)
        except (KeyError, TypeError, ValueError) as error:
            raise SourceBroken(
                f"entry {entry.version} of {entry.stream!r} is no {kind.name} of form {form}: "
                f"{error!r}",
                "Verify the journal; it names the first entry that was changed.",
            ) from error
    return replace(entry, body=body, form=kind.form)
