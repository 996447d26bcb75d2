"""A practice's own page: its template asks its own use cases, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from groundplan.interfaces.team_page import find_use_case
from groundplan.interfaces.web.desk import Visit
from groundplan.interfaces.web.formats import Page
from groundplan.interfaces.web.inputs import read_inputs
from groundplan.interfaces.web.rendering import has_template
from groundplan.interfaces.web.tables import Table
from groundplan.interfaces.web.wording import say_value
from groundplan.terms.errors import GroundplanError, NotFound
from groundplan.terms.estimate import Estimate, Unknown


def act(visit: Visit, name: str, verb: str, given: Mapping[str, str]) -> None:
    """Carry out `<practice>.<verb>`, which writes; NotFound if the practice writes nothing."""
    declared = next((p for p in visit.practices if p.name == name and p.writes), None)
    case = find_use_case([declared], f"{name}.{verb}") if declared else None
    if case is None or visit.scope.role not in case.roles:
        raise NotFound("There is no such act.", "All pages stand on /find.")
    case.run(visit.context, visit.scope, case.inputs(**read_inputs(case, given)))


class Query(dict[str, str]):
    """The fields of an address; one that is not there is empty."""

    def __missing__(self, key: str) -> str:
        return ""


class Trouble:
    """What a use case said instead of an answer; false, so that a template can test it."""

    def __init__(self, error: GroundplanError) -> None:
        self.message = error.message
        self.hint = error.hint

    def __bool__(self) -> bool:
        return False


def practice(visit: Visit, name: str, query: Mapping[str, str]) -> Page:
    """`/<practice>`: the page of a practice; its query fields are inputs of its use cases."""
    declared = next((p for p in visit.practices if p.name == name), None)
    if declared is None:
        raise NotFound("There is no such page.", "All pages stand on /find.")
    first = declared.use_cases[0]
    if query.get("prefix") == ".":  # everything is below the root
        query = {**query, "prefix": ""}
    view = visit.ask(first.name, **read_inputs(first, query))

    def ask(use_case: str, **inputs: object) -> object:
        try:
            return visit.ask(f"{declared.name}.{use_case}", **inputs)
        except GroundplanError as error:
            return Trouble(error)

    own, table = f"practices/{declared.name}/{declared.page}", flatten(view)
    words = {"practice": declared, "view": view, "ask": ask, "query": Query(query), "table": table}
    return Page(
        title=declared.title,
        template=own if has_template(own) else "practice.html",
        data=words,
        view=view,
        table=table,
        markdown=declared.says,
    )


def flatten(view: object) -> Table:
    """The first list of rows in a view, as a table of its plain columns."""
    for field in fields(view):  # type: ignore[arg-type]
        rows = getattr(view, field.name)
        if isinstance(rows, tuple) and rows and hasattr(rows[0], "__dataclass_fields__"):
            names = [f.name for f in fields(rows[0])]
            plain = [[_cell(getattr(row, name)) for name in names] for row in rows]
            return Table(tuple(name.replace("_", " ").capitalize() for name in names), plain)
    return Table(("Nothing",), [])


def _cell(value: object) -> object:
    if isinstance(value, Estimate | Unknown):
        return say_value(value)
    if isinstance(value, tuple):
        return ", ".join(str(getattr(item, "name", item)) for item in value)
    return value if isinstance(value, int | float | str) or value is None else str(value)
