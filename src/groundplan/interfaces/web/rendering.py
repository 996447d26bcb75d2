"""Templates become HTML here; whatever a repository wrote is escaped and cannot hide itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import jinja2
from markupsafe import Markup

from groundplan.facts.areas import name_area
from groundplan.interfaces import charts
from groundplan.interfaces.charts.svg import shorten, show_hidden
from groundplan.interfaces.web import wording
from groundplan.signals.calibration import calibration_of
from groundplan.terms import units
from groundplan.terms.estimate import Estimate

STYLES = ("page.css", "charts.css")


def _finalize(value: object) -> object:
    if isinstance(value, Markup):
        return value
    return show_hidden(value) if isinstance(value, str) else value


def area_href(repo: str, area: str) -> str:
    """The address of an area; the root's own area `.` has an empty last part."""
    return f"/areas/{quote(repo, safe='')}/{'' if area == '.' else quote(area)}"


def say_known(count: int) -> str:
    """`1 person`, `nobody`, `4 people`."""
    return "1 person" if count == 1 else f"{count:,} people" if count else "nobody"


def say_people_behind(count: int, floor: int) -> str:
    """How many people stand behind a number, only where that is a group."""
    return f"{count:,} people" if count >= floor else f"fewer than {floor} people"


def name_branch(ref: str) -> str:
    """A full ref as people call it."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def show_cell(value: object) -> str:
    """A cell of a table: numbers with separators, long text cut, nothing as a dash."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    return shorten(str(value), 160)


def as_style(text: str) -> Markup:
    """Our own style sheet inside an element; it is a file of this package, never a repository's."""
    return Markup(text)


def with_format(here: str, form: str) -> str:
    """This page's address in another form."""
    return with_query(here, format=form, page=None)


def with_page(here: str, page: int) -> str:
    """This page's address, at another page of its rows."""
    return with_query(here, page=str(page), format=None)


def with_query(here: str, **changes: str | None) -> str:
    """The address with query fields set, or dropped where None."""
    path, _, query = here.partition("?")
    fields = [(key, value) for key, value in parse_qsl(query) if key not in changes]
    fields += [(key, value) for key, value in changes.items() if value is not None]
    return f"{path}?{urlencode(fields)}" if fields else path


def as_measured(value: object) -> bool:
    """Whether something is known (an estimate) rather than unknown."""
    return isinstance(value, Estimate)


@cache
def environment() -> jinja2.Environment:
    """The templates of this folder, and of practices and experiments (`<name>/page.html`)."""
    env = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [
                jinja2.PackageLoader("groundplan.interfaces.web", "templates"),
                jinja2.PackageLoader("groundplan", "practices"),
                jinja2.PrefixLoader(
                    {"experiments": jinja2.PackageLoader("groundplan", "experiments")}
                ),
            ]
        ),
        autoescape=True,
        finalize=_finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters.update(
        {name: getattr(wording, name) for name in dir(wording) if name.startswith("say_")},
        shorten=shorten,
        area_name=name_area,
        say_known=say_known,
        people_behind=say_people_behind,
        branch=name_branch,
        cell=show_cell,
        as_style=as_style,
        with_format=with_format,
        with_page=with_page,
    )
    env.globals.update(
        area_href=area_href,
        figure=charts.figure,
        calibration_of=calibration_of,
        charts=charts,
        is_known=as_measured,
        units=units,
    )
    return env


def render(template: str, data: Mapping[str, Any]) -> str:
    """The template's HTML; an undefined name is an error, not a blank."""
    return environment().get_template(template).render(**data)


def has_template(template: str) -> bool:
    """Whether there is such a template."""
    loader = environment().loader
    return loader is not None and template in loader.list_templates()


@cache
def static_text(name: str) -> str:
    """A file of the static folder as text."""
    return (files("groundplan.interfaces.web") / "static" / name).read_text(encoding="utf-8")
