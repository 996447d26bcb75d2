"""All signals, and one signal in full."""

from __future__ import annotations

from groundplan.interfaces import charts
from groundplan.interfaces.readings import define, view_overview
from groundplan.interfaces.team_page import Overview
from groundplan.interfaces.web.desk import Visit
from groundplan.interfaces.web.formats import Page
from groundplan.interfaces.web.pages.team import overview_table, sparks
from groundplan.interfaces.web.rows import RowsPage, rows_behind
from groundplan.interfaces.web.tables import Table, markdown_table, markdown_text
from groundplan.interfaces.web.wording import say_block, say_change, say_interval, say_value
from groundplan.signals.signal import Reading, Signal
from groundplan.signals.why import Why, explain, say_what_to_read
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import Style, Unit


def signals(visit: Visit) -> Page:
    """`/signals`: every signal in one table."""
    overviews: tuple[Overview, ...] = ()
    if any(repo.commits for repo in visit.repos):
        overviews = tuple(visit.observe(signal) for signal in visit.signals)
    return Page(
        title="Signals",
        template="signals.html",
        data={"overviews": overviews, "sparks": sparks(overviews)},
        view=[view_overview(overview) for overview in overviews],
        table=overview_table(overviews),
        markdown="What can be read off the code's history, its host, tracker and calendars, each "
        "with its interval.",
    )


def signal(visit: Visit, name: str, page: int, *, all_rows: bool) -> Page:
    """`/signals/<name>`: one reading in full, with the rows behind it."""
    declared = visit.signal(name)
    overview = visit.observe(declared)
    reading = overview.reading
    if reading is None:
        return _unread(declared, overview.trouble)
    finding = declared.speak(reading)
    sentence = finding.sentence if finding else plain_sentence(declared, reading)
    rows = rows_behind(visit, declared, reading, page)
    drawn = visit.recall(("drawn", name), lambda: _draw(declared, reading))
    table = visit_rows(visit, declared, reading) if all_rows else Table(*series_table(drawn[0]))
    return Page(
        title=declared.title,
        template="signal.html",
        data={
            "signal": declared,
            "reading": reading,
            "trouble": "",
            "sentence": sentence,
            "detail": finding.detail if finding else declared.says,
            "series": drawn[0],
            "bars": drawn[1],
            "rows": rows,
            "why": _explain(visit, declared, reading),
            "untold": say_what_to_read(declared) if overview.is_silent else "",
            "floor": visit.scope.floor,
        },
        view={
            "reading": reading,
            "sentence": sentence,
            "definition": define(declared),
            "rows": rows,
        },
        table=table,
        markdown=_markdown(declared, reading, sentence, rows),
    )


def _explain(visit: Visit, declared: Signal, reading: Reading) -> Why:
    context = visit.context
    return visit.recall(
        ("why", declared.name),
        lambda: explain(
            declared, reading, context.trace(declared, visit.scope), context.as_of.date()
        ),
    )


def visit_rows(visit: Visit, declared: Signal, reading: Reading) -> Table:
    """All rows behind the reading."""
    return rows_behind(visit, declared, reading, 1, size=1_000_000).table


def _unread(declared: Signal, trouble: str) -> Page:
    return Page(
        title=declared.title,
        template="signal.html",
        data={
            "signal": declared,
            "reading": None,
            "trouble": trouble,
            "sentence": declared.says,
            "detail": "",
        },
        view={"trouble": trouble, "definition": define(declared)},
        table=Table(("Signal", "Trouble"), [(declared.title, trouble)]),
        markdown=f"This signal could not be read: {markdown_text(trouble)}",
        status=503,
    )


def _draw(declared: Signal, reading: Reading) -> tuple[charts.Chart, charts.Chart | None]:
    series = charts.draw_series(
        "series",
        f"{declared.title} over time [{name_unit(declared.unit)}]",
        reading.series,
        declared.unit,
        window=reading.window,
        height=280,
    )
    bars = charts.draw_bars(
        "parts", f"{declared.title}: parts", reading.parts, in_order=declared.parts_in_order
    )
    return series, bars if reading.parts else None


def name_unit(unit: Unit) -> str:
    """The unit as a title names it."""
    return "share" if unit.style is Style.SHARE else unit.noun


def series_table(chart: charts.Chart) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The columns and rows of a chart."""
    return chart.columns, chart.rows


def plain_sentence(declared: Signal, reading: Reading) -> str:
    """What a signal says when it has nothing worth a finding."""
    if isinstance(reading.now, Unknown):
        return f"{declared.title}: not enough data yet"
    change = say_change(reading.change, reading.stands_out)
    said = f"{declared.title}: {say_value(reading.now)}"
    return said if change.direction == "unknown" else f"{said}, {change.words}"


def _markdown(declared: Signal, reading: Reading, sentence: str, rows: RowsPage) -> str:
    change = say_change(reading.change, reading.stands_out)
    lines = [
        f"**{markdown_text(sentence)}**",
        "",
        f"{say_value(reading.now)} ({say_interval(reading.now)}), {say_block(reading.window)}; "
        f"against before: {change.words} ({change.interval}).",
        "",
    ]
    for name, text in (
        ("Counts", declared.counts),
        ("Leaves out", declared.leaves_out),
        ("Not for", declared.misuse),
        ("Interval", declared.model),
        ("Source", declared.source),
    ):
        lines.append(f"- {name}: {markdown_text(text)}")
    lines += [f"- Left out: {e.rows:,} rows, {markdown_text(e.reason)}" for e in reading.excluded]
    lines += ["", "## The rows behind it", "", markdown_text(rows.says), ""]
    lines += markdown_table(rows.table, 100)
    return "\n".join([*lines, "", "## Over time"])
