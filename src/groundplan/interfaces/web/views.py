"""What machines get: readings with their definitions, without the SQL and the functions."""

from __future__ import annotations

from groundplan.interfaces.team_page import Overview, TeamPage
from groundplan.signals.signal import Signal


def view_definition(signal: Signal) -> dict[str, object]:
    """What a number means, in words."""
    return {
        "name": signal.name,
        "title": signal.title,
        "version": signal.version,
        "says": signal.says,
        "unit": signal.unit,
        "counts": signal.counts,
        "leaves_out": signal.leaves_out,
        "misuse": signal.misuse,
        "source": signal.source,
        "model": signal.model,
        "minimum": signal.minimum,
        "minimum_of": signal.minimum_of,
    }


def view_overview(overview: Overview) -> dict[str, object]:
    """A reading, or what kept it from being read."""
    return {
        "definition": view_definition(overview.signal),
        "reading": overview.reading,
        "trouble": overview.trouble,
    }


def view_team_page(page: TeamPage) -> dict[str, object]:
    """The team page."""
    return {
        "repositories": page.repos,
        "now": page.now,
        "as_of": page.as_of,
        "findings": [{"topic": shown.topic, "finding": shown.finding} for shown in page.findings],
        "signals": [view_overview(overview) for overview in page.overviews],
        "areas": page.areas,
        "troubles": page.troubles,
    }
