"""A practice's own page, and a page for each of its use cases: ask, see, and say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from groundplan.interfaces.codec.fields import read_fields
from groundplan.interfaces.codec.inputs import read_inputs
from groundplan.interfaces.codec.statuses import status_of
from groundplan.interfaces.web.answering import Form as Sent
from groundplan.interfaces.web.desk import Visit
from groundplan.interfaces.web.formats import Page
from groundplan.interfaces.web.forms import CaseForm, draw_form, read_sent
from groundplan.interfaces.web.rendering import has_template
from groundplan.interfaces.web.tables import Table
from groundplan.interfaces.web.wording import say_label, say_moment, say_value
from groundplan.terms.errors import BadInput, GroundplanError, NotFound
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.usecase import Practice, UseCase, ask

Case = UseCase[Any, Any]


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


@dataclass(frozen=True, slots=True)
class Part:
    """A list of rows within a view, as a table of its plain columns."""

    title: str
    table: Table


def find_practice(visit: Visit, name: str) -> Practice:
    """The practice of that name; NotFound if there is none, or none for the viewer."""
    for practice in visit.practices:
        if practice.name == name and any(visit.scope.role in c.roles for c in practice.use_cases):
            return practice
    raise NotFound("There is no such page.", "All pages stand on /find.")


def find_case(visit: Visit, name: str, verb: str) -> Case:
    """The use case `<practice>.<verb>`; NotFound if the viewer has none of that name."""
    for case in find_practice(visit, name).use_cases:
        if case.name == f"{name}.{verb}" and visit.scope.role in case.roles:
            return case
    raise NotFound("There is no such page.", "All pages stand on /find.")


def act(visit: Visit, case: Case, sent: Sent) -> Page | None:
    """Carry out a use case that writes; None if it was done, else its form with what was wrong."""
    if not case.writes:
        raise NotFound("There is no such act.", "All pages stand on /find.")
    try:
        ask(case, visit.context, visit.scope, read_inputs(case, read_sent(case, sent), text=True))
    except GroundplanError as error:
        return form_page(visit, case, sent, error)
    return None


def read_file(visit: Visit, case: Case, sent: Sent) -> Page:
    """What a use case answers of a file that somebody brings; nothing of the file is kept.

    On its practice's own page if that shows what this use case answers.
    """
    declared = find_practice(visit, case.name.partition(".")[0])
    own = case is _list_readable(visit, declared)[0]
    try:
        given = read_sent(case, sent)
        view = ask(case, visit.context, visit.scope, read_inputs(case, given, text=True))
    except BadInput as error:
        return form_page(visit, case, sent, error)
    if own:
        return _own_page(visit, declared, view, sent)
    brought = {field.name for field in read_fields(case.inputs) if field.file}
    return _answer_page(visit, case, view, {k: v for k, v in sent.items() if k not in brought})


def use_case(visit: Visit, case: Case, query: Mapping[str, str]) -> Page:
    """`/<practice>/<verb>`: what a use case answers, or the form of one that writes."""
    if case.writes:
        return form_page(visit, case, query)
    given = _read_query(case, query)
    needs = [f.name for f in read_fields(case.inputs) if f.required and not given.get(f.name)]
    if needs and not given:
        return form_page(visit, case, given)
    try:
        view = ask(case, visit.context, visit.scope, read_inputs(case, given, text=True))
    except BadInput as error:
        return form_page(visit, case, given, error)
    return _answer_page(visit, case, view, given)


def _answer_page(visit: Visit, case: Case, view: Any, given: Mapping[str, str]) -> Page:
    form = draw_form(case, given)
    own = f"{case.name.replace('.', '/')}.html"
    return Page(
        title=case.says.rstrip("."),
        template=own if has_template(own) else "use_case.html",
        data={
            "form": form if form.entries else None,
            "view": view,
            "facts": list_facts(view),
            "parts": list_parts(view),
            "practice": find_practice(visit, case.name.partition(".")[0]),
        },
        view=view,
        table=flatten(view),
        markdown=str(getattr(view, "markdown", case.says)),
    )


def form_page(
    visit: Visit, case: Case, given: Mapping[str, str], error: GroundplanError | None = None
) -> Page:
    """The form of a use case, on a page of its own."""
    form = draw_form(case, given, error)
    told = {"error": error.message, "hint": error.hint} if error is not None else {}
    return Page(
        title=case.says.rstrip("."),
        template="form.html",
        data={
            "form": form,
            "practice": find_practice(visit, case.name.partition(".")[0]),
        },
        view={"use_case": case.name, "says": case.says, **told},
        table=Table(("Field", "Allowed"), [(f.name, f.allowed) for f in read_fields(case.inputs)]),
        markdown=f"{case.says} {told.get('error', '')} {told.get('hint', '')}".strip(),
        status=status_of(error).http if error is not None else 200,
    )


def practice(visit: Visit, name: str, query: Mapping[str, str]) -> Page:
    """`/<practice>`: the page of a practice; its query fields are inputs of its use cases."""
    declared = find_practice(visit, name)
    if query.get("prefix") == ".":  # everything is below the root
        query = {**query, "prefix": ""}
    return _own_page(visit, declared, _read_first(visit, declared, query), query)


def _own_page(visit: Visit, declared: Practice, view: Any, query: Mapping[str, str]) -> Page:
    own = f"{declared.name}/{declared.page}"
    # a template shows the first answer of all; whoever may not read that one sees theirs plainly
    made_for = next(case for case in declared.use_cases if not case.writes)
    fits = has_template(own) and made_for in _list_readable(visit, declared)
    return Page(
        title=declared.title,
        template=own if fits else "practice.html",
        data=_words(visit, declared, query)
        | {"view": view, "facts": list_facts(view), "parts": list_parts(view)},
        view=view,
        table=flatten(view),
        markdown=declared.says,
    )


def _read_first(visit: Visit, declared: Practice, query: Mapping[str, str]) -> Any:
    """What the first use case that the viewer may read answers."""
    first = _list_readable(visit, declared)[0]
    inputs = read_inputs(first, _read_query(first, query), text=True)
    return ask(first, visit.context, visit.scope, inputs)


def _list_readable(visit: Visit, declared: Practice) -> list[Case]:
    """The use cases that the viewer may read; NotFound if there is none."""
    readable = [c for c in declared.use_cases if not c.writes and visit.scope.role in c.roles]
    if not readable:
        raise NotFound("There is no such page.", "All pages stand on /find.")
    return readable


def _read_query(case: Case, query: Mapping[str, str]) -> dict[str, str]:
    """The fields of an address that the use case knows; a form sends those left empty too."""
    known = {field.name: field for field in read_fields(case.inputs)}
    return {
        name: value
        for name, value in query.items()
        if name in known and (value or known[name].required)
    }


def _words(visit: Visit, declared: Practice, query: Mapping[str, str]) -> dict[str, object]:
    """What a practice's template gets: `ask` and `form` reach its own use cases by their verbs."""
    cases = {
        case.name.partition(".")[2]: case
        for case in declared.use_cases
        if visit.scope.role in case.roles
    }

    def ask_here(verb: str, **inputs: object) -> object:
        try:
            return visit.ask(f"{declared.name}.{verb}", **inputs)
        except GroundplanError as error:
            return Trouble(error)

    def form(verb: str, **values: str) -> CaseForm | None:
        return draw_form(cases[verb], {**query, **values}) if verb in cases else None

    return {
        "practice": declared,
        "ask": ask_here,
        "form": form,
        "verbs": [verb for verb, case in cases.items() if case.writes],
        "query": Query(query),
    }


def flatten(view: object) -> Table:
    """The first list of rows in a view, as a table of its plain columns."""
    parts = list_parts(view)
    return parts[0].table if parts else Table(("Nothing",), [])


def list_parts(view: object) -> list[Part]:
    """Every list of rows in a view that is not empty."""
    if not is_dataclass(view):
        return []
    found = [(field.name, getattr(view, field.name)) for field in fields(view)]
    return [
        Part(say_label(n), _table(rows)) for n, rows in found if isinstance(rows, tuple) and rows
    ]


def list_facts(view: object) -> list[tuple[str, object]]:
    """The single values of a view, with their names."""
    if not is_dataclass(view):
        return []
    found = [(field.name, getattr(view, field.name)) for field in fields(view)]
    return [(say_label(n), v) for n, v in found if not isinstance(v, tuple) and v not in (None, "")]


def _table(rows: tuple[Any, ...]) -> Table:
    if not is_dataclass(rows[0]):
        return Table(("Value",), [(_cell(row),) for row in rows])
    names = [field.name for field in fields(rows[0])]
    return Table(
        tuple(say_label(name) for name in names),
        [[_cell(getattr(row, name)) for name in names] for row in rows],
    )


def _cell(value: object) -> object:
    if isinstance(value, Estimate | Unknown):
        return say_value(value)
    if isinstance(value, tuple):
        return ", ".join(str(getattr(item, "name", item)) for item in value)
    if hasattr(value, "tzinfo"):
        return say_moment(value)  # type: ignore[arg-type]
    if isinstance(value, float):
        return f"{value:.3g}"
    return value if isinstance(value, int | str) or value is None else str(value)
