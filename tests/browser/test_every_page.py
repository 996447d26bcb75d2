"""Every page in four display modes, narrow and wide: no axe violation, no error, no overflow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from groundplan.bootstrap import Workspace
from tests.browser.conftest import Opener
from tests.interfaces.web.routes import list_routes

pytestmark = pytest.mark.xdist_group("browser")

MODES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced-colors": {"forced_colors": "active"},
    "reduced-motion": {"reduced_motion": "reduce", "viewport": {"width": 320, "height": 720}},
}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing(
    open_page: Opener, server: str, workspace: Workspace, mode: str, pictures: Path | None
) -> None:
    axe = Axe()
    page = open_page(server, **MODES[mode])
    found: list[str] = []
    for address in list_routes(workspace, most=1000 if mode == "light" else 2):
        page.goto(server + address)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        result = axe.run(page, options={"runOnly": {"type": "tag", "values": AXE_TAGS}})
        for violation in result.response["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"][:2]]
            found.append(f"{address}: {violation['id']}: {violation['help']}: {nodes}")
        if pictures is not None:
            name = address.strip("/").replace("/", "-").replace("?", "-") or "team"
            page.screenshot(path=pictures / f"{name[:60]}-{mode}.png", full_page=True)
    assert found == []


def test_axe_finds_nothing_on_empty_pages(open_page: Opener, empty_server: str) -> None:
    axe = Axe()
    page = open_page(empty_server)
    for address in ("/", "/signals", "/areas", "/ask", "/identities", "/find?q=nothing+there"):
        page.goto(empty_server + address)
        result = axe.run(page, options={"runOnly": {"type": "tag", "values": AXE_TAGS}})
        assert result.response["violations"] == [], address


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_nothing_runs_over_the_edge(
    open_page: Opener, server: str, workspace: Workspace, width: int
) -> None:
    page = open_page(server, viewport={"width": width, "height": 800})
    wide: list[str] = []
    for address in list_routes(workspace, most=3):
        page.goto(server + address)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(address)
    assert wide == []


def test_letters_in_charts_keep_their_size_on_a_phone(open_page: Opener, server: str) -> None:
    page = open_page(f"{server}/signals/throughput", viewport={"width": 320, "height": 700})
    heights = page.eval_on_selector_all(
        ".chart text", "texts => texts.map(t => t.getBoundingClientRect().height)"
    )
    assert heights
    assert min(heights) >= 11


def test_own_and_vendored_script_is_small() -> None:
    import gzip  # noqa: PLC0415

    from groundplan.interfaces.web import rendering  # noqa: PLC0415

    static = Path(rendering.__file__).parent / "static"
    total = sum(len(gzip.compress(path.read_bytes(), 9)) for path in static.rglob("*.js"))
    assert total <= 20_000
    styles = sum(len(gzip.compress(path.read_bytes(), 9)) for path in static.rglob("*.css"))
    assert total + styles <= 30_000
