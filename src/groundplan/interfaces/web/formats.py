"""One page, four forms: HTML for reading, Markdown and CSV to take away, JSON for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from groundplan.interfaces.codec.views import write_pretty_json
from groundplan.interfaces.web.tables import Table, as_csv, markdown_table, one_line
from groundplan.terms.errors import BadInput

FORMS = ("html", "json", "csv", "md")


@dataclass(frozen=True, slots=True)
class Page:
    """An answer before it has a form.

    template: of the HTML; data: what it gets, beside `page`; view: what JSON gives;
    table: what CSV gives; markdown: the text, without the table.
    """

    title: str
    template: str
    data: Mapping[str, Any]
    view: object
    table: Table
    markdown: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def form_of(request: Request) -> str:
    """The form that was asked for by `?format=`; BadInput for one that does not exist."""
    form = request.query_params.get("format", "html")
    if form not in FORMS:
        raise BadInput("format", form, ", ".join(FORMS))
    return form


def as_markdown(page: Page, most: int = 500) -> str:
    """The page's text, then its table, cut after `most` rows with a word about it."""
    lines = [f"# {one_line(page.title)}", "", page.markdown.strip(), ""]
    if page.table.rows:
        lines += markdown_table(page.table, most)
    return "\n".join(lines).rstrip() + "\n"


def respond(request: Request, page: Page, form: str, html: str) -> Response:
    """The page in one of its forms; `html` is the rendered one."""
    name = request.url.path.strip("/").replace("/", "-") or "team"
    if form == "json":
        body, kind = write_pretty_json(page.view), "application/json"
    elif form == "csv":
        body, kind = as_csv(page.table), "text/csv"
    elif form == "md":
        body, kind = as_markdown(page), "text/markdown"
    else:
        return Response(html, page.status, dict(page.headers), media_type="text/html")
    headers = dict(page.headers)
    if form == "csv":
        safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name)
        headers["Content-Disposition"] = f'attachment; filename="{safe}.csv"'
    return Response(body, page.status, headers, media_type=kind)
