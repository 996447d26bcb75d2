"""What surrounds a chart: a title, a sentence that says what it shows, and its numbers as a table.

Who does not see the picture reads the same thing.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from groundplan.interfaces.charts.svg import show_hidden, tag


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart.

    key: unique on its page, letters, digits and dashes; conclusion: one computed sentence;
    svg: empty if there is nothing to draw; columns, rows: the numbers that were drawn;
    note: what of the axes a reader must know.
    """

    key: str
    title: str
    conclusion: str
    svg: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def empty_chart(key: str, title: str, why: str, columns: tuple[str, ...]) -> Chart:
    """A chart of nothing: says why, draws nothing."""
    return Chart(key, title, why, Markup(""), columns, ())


def frame_svg(key: str, title: str, desc: str, height: float, *children: Markup) -> Markup:
    """The outer element of a chart: as wide as its place, named and described.

    A group, not an image, because its points can be focused.
    """
    return tag(
        "svg",
        tag("title", title, id=f"{key}-title"),
        tag("desc", desc, id=f"{key}-desc"),
        *children,
        class_="chart",
        xmlns="http://www.w3.org/2000/svg",
        width="100%",
        height=height,
        role="group",
        aria_roledescription="chart",
        aria_labelledby=f"{key}-title",
        aria_describedby=f"{key}-desc",
    )


def figure(
    chart: Chart, *, csv_href: str | None = None, quiet: bool = False, table: bool = True
) -> Markup:
    """The chart as `<figure>`, with its sentence and its table.

    quiet: the title is not shown, because a heading beside it says the same.
    """
    if not chart.svg:
        return tag("figure", tag("p", chart.conclusion), class_="fig fig-empty")
    parts: list[Markup] = []
    if not quiet:
        parts.append(tag("p", chart.title, class_="fig-title"))
    caption: list[Markup | str] = [chart.conclusion]
    if chart.note:
        caption += [" ", tag("span", chart.note, class_="fig-note")]
    parts += [chart.svg, tag("p", Markup("&nbsp;"), class_="fig-readout", aria_live="polite")]
    parts.append(tag("figcaption", *caption))
    if table:
        parts.append(_numbers(chart, csv_href))
    return tag("figure", *parts, class_="fig", id=chart.key)


def _numbers(chart: Chart, csv_href: str | None) -> Markup:
    link = Markup("")
    if csv_href:
        link = tag("p", tag("a", "Download as CSV", href=csv_href), class_="fig-links")
    head = Markup("").join(tag("th", name, scope="col") for name in chart.columns)
    body = Markup("").join(_row(row) for row in chart.rows)
    table = tag(
        "div",
        tag(
            "table",
            tag("caption", chart.title, class_="unseen"),
            tag("thead", tag("tr", head)),
            tag("tbody", body),
        ),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=f"Numbers of: {chart.title}",
    )
    return tag("details", tag("summary", "The numbers"), table, link, class_="fig-numbers")


def _row(row: tuple[str, ...]) -> Markup:
    first, *rest = row
    cells = Markup("").join(Markup(f"<td>{escape(show_hidden(cell))}</td>") for cell in rest)
    return Markup("<tr>{}{}</tr>").format(tag("th", first, scope="row"), cells)
