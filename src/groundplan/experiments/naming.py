"""What units are called, and numbers for people, so that plan and seal of a study name nobody.

Whose number it is stands in an entry of its own, which is that colleague's: erasing them takes it
away, and the seal of everybody else stays as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from groundplan.facts.accounts import read_accounts
from groundplan.records.roster import team_name
from groundplan.records.studies import NAMED, STREAM, Study, Units
from groundplan.records.study_folds import NAMES
from groundplan.usecase import Context

_TABLES: Final = {Units.PEOPLE: ("people", "person_id"), Units.REPOSITORIES: ("repos", "repo")}


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
        entry = context.journal.append(STREAM, NAMED, body, expected=version, owner=owner or None)
        version = entry.version
    return known, version


def find_units(context: Context, kind: Units, said: Sequence[str]) -> tuple[str, ...]:
    """Units that somebody named, as facts name them; a name that several have is left as it is."""
    if kind is Units.TEAMS:
        pairs = [(team.name, team.team_id) for team in context.roster.teams.values()]
    elif kind in _TABLES:
        table, key = _TABLES[kind]
        pairs = context.mart.rows(
            f"select name, {key} from {table} where list_contains(:said, name)",
            {"said": [one.strip() for one in said]},
        )
    else:
        return tuple(said)
    several = {name for name, times in Counter(name for name, _ in pairs).items() if times > 1}
    known = {name: unit for name, unit in pairs if name not in several}
    return tuple(known.get(one.strip(), one) for one in said)


def name_units(context: Context, study: Study) -> Mapping[str, str]:
    """What people call the units of a plan; who is not found keeps what stands in the plan."""
    plan = study.plan
    if plan is None:
        return {}
    if plan.kind is Units.TEAMS:
        return {unit: team_name(context.roster, unit) for unit in plan.units}
    if plan.kind not in _TABLES:
        return {}
    table, key = _TABLES[plan.kind]
    people = people_of(context, study)
    wanted = [people.get(unit, unit) for unit in plan.units]
    rows = context.mart.rows(
        f"select {key}, name from {table} where list_contains(:wanted, {key})", {"wanted": wanted}
    )
    known = {str(unit): str(name) for unit, name in rows}
    return {u: known[w] for u, w in zip(plan.units, wanted, strict=True) if w in known}


def spell_units(context: Context, study: Study, units: Sequence[str]) -> tuple[str, ...]:
    """Some units of a plan in words that `find_units` takes back: names where they are unique."""
    assert study.plan is not None
    people, names = people_of(context, study), name_units(context, study)
    known = [people.get(unit, unit) for unit in units]
    words = [names.get(unit, unit) for unit in units]
    found = find_units(context, study.plan.kind, words)
    return tuple(
        word if again == unit else unit
        for word, again, unit in zip(words, found, known, strict=True)
    )


def find_unit(context: Context, study: Study, said: str) -> str:
    """The unit of a plan that somebody means: as it stands there, or by a name that one has."""
    meant = [unit for unit, name in name_units(context, study).items() if name == said.strip()]
    return meant[0] if len(meant) == 1 else said.strip()


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
