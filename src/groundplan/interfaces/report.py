"""The team page as one file to send or keep: everything is inside it, nothing is loaded."""

from __future__ import annotations

import base64
import hashlib

from groundplan.interfaces.team_page import TeamPage
from groundplan.interfaces.web.pages.team import drawn, headline, letter, overview_table
from groundplan.interfaces.web.rendering import STYLES, render, static_text
from groundplan.interfaces.web.tables import Table, markdown_table, markdown_text


def html_report(page: TeamPage) -> str:
    """One HTML file: styles and charts inside, no script, and a policy that forbids loading."""
    style = "\n".join(static_text(name) for name in STYLES)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    words = {**drawn(page, links=False), "style": style, "style_hash": f"sha256-{digest}"}
    return render("report.html", words)


def markdown_report(page: TeamPage) -> str:
    """The same as Markdown: findings, then a table of all signals, then areas."""
    lines = [f"# {markdown_text(headline(page))}", "", letter(page)]
    signals = overview_table(page.overviews)
    if signals.rows:
        lines += ["", "## All signals", "", *markdown_table(signals)]
    if page.areas:
        areas = Table(
            ("Area", "Files", "People who know it"),
            [(area.area, area.files, area.known_by) for area in page.areas],
        )
        lines += ["", "## Where knowledge is", "", *markdown_table(areas)]
    return "\n".join(lines).rstrip() + "\n"
