"""The team page: a short letter about what the history says."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from markupsafe import Markup

from groundplan.facts.areas import name_area
from groundplan.interfaces import charts
from groundplan.interfaces.readings import view_team_page
from groundplan.interfaces.team_page import AreaState, Overview, Shown, TeamPage
from groundplan.interfaces.web.desk import Visit
from groundplan.interfaces.web.formats import Page
from groundplan.interfaces.web.rendering import area_href
from groundplan.interfaces.web.tables import Table, markdown_text
from groundplan.interfaces.web.wording import (
    say_change,
    say_count,
    say_interval,
    say_level,
    say_moment,
    say_value,
)

_NUMBERS = ("No", "One thing", "Two things", "Three things", "Four things", "Five things")


def team(visit: Visit) -> Page:
    """`/`: findings, then signals, then areas."""
    page = visit.team_page()
    return visit.recall("team page", lambda: _page(page))


def _page(page: TeamPage) -> Page:
    return Page(
        title=headline(page),
        template="team.html",
        data=drawn(page, links=True),
        view=view_team_page(page),
        table=overview_table(page.overviews),
        markdown=letter(page),
    )


def drawn(page: TeamPage, *, links: bool) -> dict[str, object]:
    """What the template needs beside the page: headline, and every chart drawn."""
    return {
        "team": page,
        "headline": headline(page),
        "lede": lede(page),
        "finding_charts": tuple(
            finding_chart(nr, shown, page, links=links) for nr, shown in enumerate(page.findings)
        ),
        "sparks": sparks(page.overviews),
        "map": area_map(page.areas, links=links),
    }


def headline(page: TeamPage) -> str:
    """The page's heading."""
    return f"What the history of {page.name} says" if page.name else "No commits are read yet"


def lede(page: TeamPage) -> str:
    """How much is said, from how much, as of when."""
    count = len(page.findings)
    things = _NUMBERS[count] if count < len(_NUMBERS) else "Six things"
    if not page.commits:
        return "A workspace of Groundplan: facts from git, read as signals, said as findings."
    start = f"{things} worth a minute, read" if count else "Read"
    return (
        f"{start} off {say_count(page.commits)} commits up to {say_moment(page.as_of)}. "
        "Every number carries its interval, and nothing here ranks anybody."
    )


def finding_chart(nr: int, shown: Shown, page: TeamPage, *, links: bool) -> charts.Chart | None:
    """The chart beside a finding: the signal's course or parts, or the map of areas."""
    key = f"chart-{nr + 1}"
    if shown.overview is None:
        about = area_about(shown)
        if about is None and not shown.finding.about.startswith("ownership."):
            return None  # a map of areas shows nothing of what other practices say
        earlier = page.findings[:nr]
        if about is None and any(o.overview is None and not area_about(o) for o in earlier):
            return None
        if about is not None and about not in {area.area for area in page.areas}:
            return None
        return area_map(
            page.areas, key=key, height=240, most=18, roomy_px=400, links=links, about=about
        )
    signal, reading = shown.overview.signal, shown.overview.reading
    if reading is None:
        return None
    if len(reading.series) < 2 and reading.parts:
        return charts.draw_bars(
            key, signal.title, reading.parts, most=6, in_order=signal.parts_in_order
        )
    return charts.draw_series(
        key, signal.title, reading.series, signal.unit, window=reading.window, height=190
    )


def area_about(shown: Shown) -> str | None:
    """The area that a practice's finding is about, read off where it leads."""
    address = urlsplit(shown.finding.href)
    return next(iter(parse_qs(address.query).get("prefix", [])), None)


def sparks(overviews: Sequence[Overview]) -> dict[str, Markup]:
    """A small line for each signal, by name."""
    return {
        view.signal.name: charts.draw_spark(view.reading.series) if view.reading else Markup("")
        for view in overviews
    }


def area_map(
    areas: Sequence[AreaState],
    *,
    key: str = "map",
    height: float = 340,
    most: int = 40,
    links: bool = True,
    roomy_px: float = 900,
    about: str | None = None,
) -> charts.Chart:
    """The map of areas by how many people know them; `about` is marked."""
    title = "How many people know each area"
    if key != "map":
        title = f"{title} ({about or 'the largest'})"
    tiles = [
        charts.Tile(
            name_area(area.area),
            area.files,
            area.known_by,
            area_href(area.repo, area.area) if links else None,
            marked=area.area == about,
        )
        for area in areas
    ]
    return charts.draw_map(key, title, tiles, height=height, most=most, roomy_px=roomy_px)


def overview_table(overviews: Sequence[Overview]) -> Table:
    """Every signal with its value, interval and change."""
    columns = ("Signal", "Now", "Interval", "Level", "Against before", "Its interval", "Course")
    rows = []
    for view in overviews:
        if view.reading is None:
            rows.append((view.signal.title, "could not be read", view.trouble, "", "", "", ""))
            continue
        now, change = view.reading.now, say_change(view.reading.change, view.reading.stands_out)
        course = charts.write_spark(view.reading.series)
        numbers = (say_value(now), say_interval(now), say_level(now))
        rows.append((view.signal.title, *numbers, change.words, change.interval, course))
    return Table(columns, rows)


def letter(page: TeamPage) -> str:
    """The page as Markdown, without its table of signals."""
    lines = [markdown_text(lede(page)), ""]
    if not page.commits:
        lines.append("No history has been read yet. Run `groundplan ingest PATH`.")
    for nr, shown in enumerate(page.findings, 1):
        finding = shown.finding
        evidence = finding.evidence
        if evidence is None and shown.overview and shown.overview.reading:
            now = shown.overview.reading.now
            said = f"{say_value(now)} ({say_level(now)}: {say_interval(now)})".replace("(: ", "(")
        else:
            said = str(evidence) if evidence else ""
        lines += [f"## {nr}. {markdown_text(finding.sentence)}", ""]
        lines += [markdown_text(text) + "\n" for text in (finding.detail, said) if text]
        if shown.overview:
            signal = shown.overview.signal
            lines.append(f"*Counts:* {markdown_text(signal.counts)}")
            lines.append(f"*Leaves out:* {markdown_text(signal.leaves_out)}")
            lines += [f"*Not for:* {markdown_text(signal.misuse)}", ""]
    for trouble in page.troubles:
        lines += [f"> {markdown_text(trouble)}", ""]
    for repo in page.repos:
        lines.append(
            f"- {markdown_text(repo.name)}: {say_count(repo.commits)} commits, "
            f"newest {say_moment(repo.as_of)}, "
            f"{say_count(repo.lines_pending)} changes still to be counted"
        )
    return "\n".join(lines)
