"""Every page in four display modes, narrow and wide: no axe violation, no error, no overflow."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.web.doors.links import Purpose
from tests.browser.conftest import Opener, Server
from tests.interfaces.web.routes import list_routes

pytestmark = pytest.mark.xdist_group("pages")  # minutes: beside the journeys

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
EVERY = {"type": "tag", "values": "wcag2a wcag2aa wcag21a wcag21aa wcag22aa best-practice".split()}
LINKS = {"type": "rule", "values": ["link-in-text-block"]}
CONTRAST = "color-contrast"  # four fifths of axe's time: asked once of each look (LOOKS)
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 720}
# What a mode cannot change is not asked again in it: colours change, roles and names do not.
MODES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, int]]] = {
    "light": ({}, EVERY, WIDE),
    "dark": ({"color_scheme": "dark"}, LINKS, WIDE),
    "forced-colors": ({"forced_colors": "active"}, LINKS, WIDE),
    "narrow": ({}, EVERY, NARROW),
}
# without motion: a colour that is on its way to another one would be measured
PLAIN = {"color_scheme": "light", "forced_colors": "none", "reduced_motion": "reduce"}


# A text's look is all that its contrast follows from: its colour, its size, and whatever its
# ancestors paint. Drawings have their ground beside them, and are asked every time.
LOOKS = """
async ({rule, judged}) => {
  const known = new Set(judged);
  const plain = {backgroundColor: "rgba(0, 0, 0, 0)", backgroundImage: "none", opacity: "1",
    filter: "none", mixBlendMode: "normal", position: "static"};
  const look = text => {
    const own = getComputedStyle(text);
    const said = [own.color, own.fontSize, own.fontWeight, own.textShadow];
    for (let at = text; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      for (const name in plain) if (style[name] !== plain[name]) said.push(style[name]);
    }
    return said.join("|");
  };
  const isText = e => e.matches("svg, input, select, textarea, button")
    || [...e.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const asked = [...document.querySelectorAll("body, body *:not(svg *)")].filter(
    e => isText(e) && (e.matches("svg") || !known.has(look(e))));
  if (!asked.length) return {violations: [], passed: []};
  const found = await axe.run({include: asked}, {runOnly: [rule], elementRef: true});
  const nodes = kind => found[kind].flatMap(each => each.nodes);
  const passed = new Set(nodes("passes").map(node => look(node.element)));
  for (const node of nodes("incomplete")) passed.delete(look(node.element));
  return {
    violations: nodes("violations").map(node => `${node.failureSummary}: ${node.html}`),
    passed: [...passed],
  };
}
"""


def violations(page: Page, only: dict[str, Any], *without: str) -> list[str]:
    """What axe finds on the page as it is shown now."""
    load_axe(page)
    off = {rule: {"enabled": False} for rule in without}
    options = {"runOnly": only, "rules": off, "resultTypes": ["violations"]}
    run = "options => axe.run(document, options).then(found => found.violations)"
    found = page.evaluate(run, options)
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:2]]}"
        for each in found
    ]


def faint_texts(page: Page, judged: set[str]) -> list[str]:
    """Texts that stand out too little, of those whose look is not among the judged ones."""
    load_axe(page)
    found = page.evaluate(LOOKS, {"rule": CONTRAST, "judged": sorted(judged)})
    judged.update(found["passed"])
    return [" ".join(each.split())[:300] for each in found["violations"]]


def load_axe(page: Page) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)


Judged = defaultdict[str, set[str]]  # looks that passed, by mode


def look(
    page: Page, address: str, pictures: Path | None, judged: Judged | None = None
) -> list[str]:
    """What axe finds on a page in each mode, which is switched in place.

    judged: looks that need no second judgement; without it all are judged.
    """
    judged = defaultdict(set) if judged is None else judged
    # an open menu lies over what is below it, so that menus stay closed here
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach(d => { d.open = true })")
    found = []
    for mode, (media, only, size) in MODES.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(**(PLAIN | media))
        said = violations(page, only, CONTRAST) + faint_texts(page, judged[mode])
        found += [f"{address} ({mode}): {each}" for each in said]
        if pictures is not None:
            name = address.strip("/").replace("/", "-").replace("?", "-") or "team"
            page.screenshot(path=pictures / f"{name[:60]}-{mode}.png", full_page=True)
    return found


def run_over(page: Page, address: str) -> list[str]:
    """The widths at which a page is wider than its window."""
    wide = []
    for width in (1440, 768, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(f"{address} at {width}")
    return wide


def test_axe_finds_nothing_and_nothing_runs_over_the_edge(
    open_page: Opener, server: str, workspace: Workspace, pictures: Path | None
) -> None:
    page = open_page(server)
    found: list[str] = []
    wide: list[str] = []
    judged: Judged = defaultdict(set)
    for address in list_routes(workspace, most=3):
        page.goto(server + address)
        wide += run_over(page, address)
        found += look(page, address, pictures, judged)
    assert found == []
    assert wide == []


def test_a_look_is_judged_again_where_anything_of_it_differs(open_page: Opener) -> None:
    page, judged = open_page("about:blank"), set[str]()
    text = "<body style='background: white'><p style='color: {}'>Some words</p>"
    page.set_content(text.format("black"))
    assert faint_texts(page, judged) == []
    page.set_content(text.format("#bbb"))
    assert len(faint_texts(page, judged)) == 1
    page.set_content(f"<div style='background: #333'>{text.format('black')}</div>")
    assert len(faint_texts(page, judged)) == 1
    page.set_content(text.format("black") + "<p style='color: black'>More</p>")
    assert len(judged) == 1
    assert faint_texts(page, judged) == []


def test_axe_finds_nothing_on_every_signal(
    open_page: Opener, server: str, workspace: Workspace
) -> None:
    page, judged = open_page(server), set[str]()
    found: list[str] = []
    for signal in workspace.signals[3:]:
        page.goto(f"{server}/signals/{signal.name}")
        found += violations(page, EVERY, CONTRAST) + faint_texts(page, judged)
    assert found == []


def test_axe_finds_nothing_at_the_doors(
    open_page: Opener, local_server: Server, team_server: Server, pictures: Path | None
) -> None:
    page = open_page(team_server.address, stranger=True)
    used, _ = local_server.doors.links.make(Purpose.LOCAL)
    local_server.doors.links.take(used)
    addresses = [
        f"{local_server.address}/signals",
        f"{local_server.address}/enter/{used}",
        f"{team_server.address}/sign-in",
        team_server.doors.invite(Purpose.FOUNDING)[0],
    ]
    found: list[str] = []
    judged: Judged = defaultdict(set)
    for nr, address in enumerate(addresses):
        page.goto(address)
        found += look(page, f"door-{nr}", pictures, judged)
    page.get_by_label("Your name").fill("Ann Example")
    page.get_by_label("E-mail address").fill("ann@example.com")
    page.get_by_label("New password").fill("x" * 12)
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert found + look(page, "door-wrong", pictures, judged) == []


def test_axe_finds_nothing_on_empty_pages(open_page: Opener, empty_server: str) -> None:
    page = open_page(empty_server)
    for address in ("/", "/signals", "/areas", "/ask", "/identities", "/find?q=nothing+there"):
        page.goto(empty_server + address)
        assert violations(page, EVERY) == [], address


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


def test_axe_finds_nothing_in_the_open_menus(open_page: Opener, server: str) -> None:
    page = open_page(server)
    for name in ("practised", "account"):
        page.evaluate("document.querySelectorAll('.menu').forEach(d => { d.open = false })")
        page.locator(f".{name} summary").click()
        expect(page.locator(f".{name} a").first).to_be_visible()
        assert violations(page, EVERY) == []
