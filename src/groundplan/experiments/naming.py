"""Numbers for the people of a study, so that its plan and seal name nobody.

Whose number it is stands in an entry of its own, which is that colleague's: erasing them takes it
away, and the seal of everybody else stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from groundplan.facts.accounts import read_accounts
from groundplan.records.folding import Fold
from groundplan.records.journal import Entry
from groundplan.records.kinds import EntryKind
from groundplan.records.studies import STREAM, Study, Units
from groundplan.usecase import Context

NAMED: Final = EntryKind("studies.named")
Names: TypeAlias = Mapping[int, Mapping[str, str]]
_NOTHING: Names = {}


def _step(known: Names, entry: Entry) -> Names:
    if entry.kind != NAMED.name:
        return known
    number, people = entry.body["number"], entry.body["people"]
    return {**known, number: {**known.get(number, {}), **people}}


NAMES: Final = Fold("people of studies", _NOTHING, _step)


def people_of(context: Context, study: Study) -> Mapping[str, str]:
    """The person of the facts behind each number; who was erased is in it no more."""
    return context.journal.fold(STREAM, NAMES).get(study.number, {})


def number_people(
    context: Context, study: Study, people: Sequence[str], version: int
) -> tuple[Mapping[str, str], int]:
    """The number of each person, and the stream's version once new ones are written down."""
    known = {person: number for number, person in people_of(context, study).items()}
    new = [person for person in people if person not in known]
    last = max((int(number.split()[1]) for number in known.values()), default=0)
    known |= {person: f"person {nr}" for nr, person in enumerate(new, last + 1)}
    owners = _owners(context)
    for owner in dict.fromkeys(owners.get(person, "") for person in new):
        mine = {known[person]: person for person in new if owners.get(person, "") == owner}
        body: dict[str, Any] = {"number": study.number, "people": mine}
        entry = context.journal.append(
            STREAM, NAMED.name, body, expected=version, owner=owner or None
        )
        version = entry.version
    return known, version


def find_people(context: Context, said: Sequence[str]) -> tuple[str, ...]:
    """People whom somebody named, as facts name them; a name that several have is left as it is."""
    rows = context.mart.rows(
        "select name, min(person_id) from people where list_contains(:said, name) "
        "group by name having count(*) = 1",
        {"said": list(said)},
    )
    known = {str(name): str(person) for name, person in rows}
    return tuple(known.get(one.strip(), one) for one in said)


def _owners(context: Context) -> dict[str, str]:
    """The colleague on the roster who a person of the facts is."""
    behind = read_accounts(context.mart)
    return {
        behind[link.account].person_id: link.person_id
        for link in context.roster.links
        if link.account in behind
    }


def tell_units(context: Context, study: Study) -> frozenset[str]:
    """The units of a plan as facts name them, so that two studies can be compared.

    Who was erased is nobody's unit but this study's.
    """
    assert study.plan is not None
    if study.plan.kind is not Units.PEOPLE:
        return frozenset(study.plan.units)
    people = people_of(context, study)
    return frozenset(people.get(unit, f"{study.number}: {unit}") for unit in study.plan.units)
