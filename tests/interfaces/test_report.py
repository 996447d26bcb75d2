"""The report is one file with everything inside; the team page has variety and survives trouble."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.report import html_report, markdown_report
from groundplan.interfaces.team_page import Shown, TeamPage, choose, compose
from groundplan.signals.signal import Finding, Reading
from groundplan.terms.errors import SourceDown
from tests.histories import History
from tests.interfaces.web.conftest import HOSTILE_SUBJECT, PEOPLE, START, read


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("report")
    made = History(folder / "<script>sample")
    for nr in range(200):
        subject = HOSTILE_SUBJECT if nr == 7 else ("Add a part", "Fix a crash")[nr % 2]
        made.commit(
            {f"{('core', 'docs', 'store')[nr % 3]}/part{nr % 9}.py": f"{nr}\n" * (nr % 4 + 1)},
            subject,
            by=PEOPLE[nr % len(PEOPLE)],
            at=START + timedelta(hours=40 * nr),
        )
    opened = read(folder / "workspace", made)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def page(workspace: Workspace) -> TeamPage:
    return compose(workspace.context(), workspace.scope(), workspace.signals, workspace.practices)


def test_the_report_needs_nothing_else(page: TeamPage) -> None:
    html = html_report(page)
    assert "<script" not in html
    assert not re.search(r'(?:src|href)="(?!#)', html)
    assert not re.search(r"url\((?!#)|@import", html)
    assert "default-src 'none'; style-src 'sha256-" in html
    assert page.findings
    assert page.troubles == ()
    for shown in page.findings:
        assert f'id="finding-{page.findings.index(shown) + 1}"' in html
    for view in page.overviews:
        assert view.signal.title in html
    assert html.count("<svg") >= len(page.findings)


def test_ids_are_unique_in_the_report(page: TeamPage) -> None:
    found = re.findall(r'\bid="([^"]+)"', html_report(page))
    assert len(found) == len(set(found))


def test_the_markdown_report_says_the_same(page: TeamPage) -> None:
    text = markdown_report(page)
    assert text.startswith("# What the history of ")
    assert "<script" not in text
    assert len(re.findall(r"^## \d\. ", text, re.MULTILINE)) == len(page.findings)
    assert all(view.signal.title.replace("_", "\\_") in text for view in page.overviews)


def test_an_empty_workspace_has_a_report_that_says_what_to_do(tmp_path: Path) -> None:
    from groundplan.terms.progress import Silent  # noqa: PLC0415

    opened = Workspace(tmp_path, Silent())
    page = compose(opened.context(), opened.scope(), opened.signals, opened.practices)
    assert "groundplan report PATH" in html_report(page)
    assert "No history has been read yet" in markdown_report(page)
    opened.close()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SourceDown("The disk is away.", "Put it back."), "The disk is away."),
        (ZeroDivisionError("secret"), "failed by a mistake of Groundplan"),
    ],
)
def test_one_signal_in_trouble_leaves_the_rest(
    workspace: Workspace, error: Exception, words: str
) -> None:
    context = workspace.context()
    broken = workspace.signals[0]

    def measure(signal: object, scope: object) -> Reading:
        if signal is broken:
            raise error
        return context.measure(signal, scope)  # type: ignore[arg-type]

    shaken = replace(context, measure=measure)
    page = compose(shaken, workspace.scope(), workspace.signals, workspace.practices)
    assert words in page.overviews[0].trouble
    assert [view.reading is None for view in page.overviews].count(True) == 1
    assert any(words in trouble for trouble in page.troubles)
    assert words in html_report(page)
    assert "secret" not in html_report(page)


def shown(about: str, weight: float, sentence: str = "", href: str = "") -> Shown:
    nr = f"{about} {weight} {sentence}"
    return Shown(Finding(about, sentence or nr, weight, "", href or f"/{nr}"), about, None)


def test_findings_are_the_heaviest_with_variety() -> None:
    heavy = [shown("flow", 0.9), shown("flow", 0.85), shown("flow", 0.8)]
    light = [shown("knowledge", 0.5), shown("size", 0.45)]
    assert [s.finding.weight for s in choose([*light, *heavy], most=3)] == [0.9, 0.5, 0.45]


def test_nothing_is_said_twice() -> None:
    same = [shown("a", 0.9, "One sentence."), shown("b", 0.8, "One sentence.")]
    rows = [shown("c", 0.7, href="/x"), shown("d", 0.6, href="/x")]
    assert len(choose([*same, *rows])) == 2


def test_at_most_six() -> None:
    assert len(choose([shown(str(nr), nr / 20) for nr in range(12)])) == 6
    assert choose([]) == ()
