"""Every address that a reader can reach, so that no page is forgotten by a test."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette

from groundplan.access import LOCAL_VIEWER
from groundplan.interfaces.codec.fields import read_fields
from groundplan.interfaces.web.rendering import area_href
from groundplan.interfaces.web.workspace import Workspace
from groundplan.usecase import UseCase

Case = UseCase[Any, Any]


def list_routes(workspace: Workspace, most: int = 1000) -> list[str]:
    """One address for each route and practice, and for at most `most` signals and areas."""
    context = workspace.context(workspace.scope(LOCAL_VIEWER, ""))
    areas = context.mart.rows("select repo, area from areas where alive_files > 0 order by area")
    areas = areas[:most]
    return [
        "/",
        "/signals",
        *(f"/signals/{signal.name}" for signal in workspace.signals[:most]),
        "/areas",
        *(area_href(repo, area) for repo, area in areas),
        *(f"/{practice.name}" for practice in workspace.practices),
        *(f"/{case.name.replace('.', '/')}" for case in asked(workspace)),
        "/account",
        "/ask",
        "/ask?q=core",
        "/find",
        "/find?q=area",
        "/identities",
        "/about/trust",
        "/about/keys",
    ]


def asked(workspace: Workspace) -> list[Case]:
    """The use cases that have a page of their own without more to say."""
    cases = [case for practice in workspace.practices for case in practice.use_cases]
    return [c for c in cases if c.writes or not any(f.required for f in read_fields(c.inputs))]


def patterns(app: Starlette) -> set[str]:
    """The paths that the application declares."""
    return {route.path for route in app.routes}  # type: ignore[attr-defined]
