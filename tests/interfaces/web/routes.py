"""Every address that a reader can reach, so that no page is forgotten by a test."""

from __future__ import annotations

from groundplan.interfaces.web.app import create_app
from groundplan.interfaces.web.rendering import area_href
from groundplan.interfaces.web.workspace import Workspace


def list_routes(workspace: Workspace, most: int = 1000) -> list[str]:
    """One address for each route and practice, and for at most `most` signals and areas."""
    context = workspace.context()
    areas = context.mart.rows("select repo, area from areas where alive_files > 0 order by area")
    areas = areas[:most]
    return [
        "/",
        "/signals",
        *(f"/signals/{signal.name}" for signal in workspace.signals[:most]),
        "/areas",
        *(area_href(repo, area) for repo, area in areas),
        *(f"/{practice.name}" for practice in workspace.practices),
        "/ask",
        "/ask?q=core",
        "/find",
        "/find?q=area",
        "/identities",
        "/about/trust",
        "/about/keys",
    ]


def patterns(workspace: Workspace) -> set[str]:
    """The paths that the application declares."""
    return {route.path for route in create_app(workspace).routes}  # type: ignore[attr-defined]
