"""From real repositories, built by git, to who knows: renames, merges, reviews, departures."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from groundplan.bootstrap.workspace import Workspace
from groundplan.facts import knowledge, mart_knowledge
from groundplan.inference import go_to
from groundplan.inference.expertise import decayed
from groundplan.practices.ownership import PRACTICE, actions, rules
from groundplan.terms.progress import Silent
from tests.histories import ANN, BEN, BOT, History

CY = "Cy Example <cy@example.com>"
DEE = "Dee Example <dee@example.com>"
START = datetime(2026, 1, 5, 9)
REVIEWED = f"\n\nReviewed-by: {CY}"


def day(nr: float) -> datetime:
    return START + timedelta(days=nr)


def parts(folder: str) -> dict[str, str | None]:
    """Enough files to be an area."""
    return {f"{folder}/part{nr}.c": f"{folder} {nr}\n" for nr in range(5)}


def make(history: History) -> None:
    history.commit(parts("old"), "Add the tool", by=DEE, at=day(-900))
    history.commit(parts("disk"), "Add the disk", by=ANN, at=day(-1))
    for nr in range(4):
        text = f"int read_block(int nr) {{ return {nr}; }}\n"
        history.commit({"disk/block.c": text}, f"Read blocks {nr}", by=ANN, at=day(nr))
    history.git("mv", "disk/block.c", "disk/blocks.c")
    history.commit({}, "Rename", by=ANN, at=day(5))
    history.commit({"disk/index.c": "b\n"}, "Index blocks" + REVIEWED, by=ANN, at=day(6))
    history.commit({"disk/blocks.c": "bot\n"}, "Bump", by=BOT, at=day(7))
    history.commit(parts("page"), "Add the page", by=BEN, at=day(7.5))
    history.git("checkout", "-q", "-b", "page")
    for nr in range(3):
        history.commit({"page/view.c": f"{nr}\n"}, "Draw the page", by=BEN, at=day(8 + nr))
    history.git("checkout", "-q", "main")
    history.merge("page", by=CY, at=day(12), subject="Merge the page")
    history.commit(
        {"page/README.md": "# Pages\n\nSee `part_of_a_page`.\n"}, "Explain", by=BEN, at=day(13)
    )
    text = "def part_of_a_page(nr):\n    return nr\n"
    history.commit({"page/part.py": text}, "Part of a page", by=BEN, at=day(13.5))
    many: dict[str, str | None] = {f"many/{nr:03}.c": "x\n" for nr in range(120)}
    history.commit(many, "Import many", by=BEN, at=day(14))
    together = f"Share\n\nCo-authored-by: {CY}"
    history.commit({"page/view.c": "9\n"}, together, by=BEN, at=day(15))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("ownership")
    history = History(folder / "sample")
    make(history)
    opened = Workspace(folder / "w", Silent())
    opened.read_names(history.path)
    yield opened


def run(workspace: Workspace, verb: str, **inputs: object) -> Any:
    case = next(case for case in PRACTICE.use_cases if case.name == f"ownership.{verb}")
    return case.run(workspace.context(), workspace.scope(), case.inputs(**inputs))


def settings(workspace: Workspace, **more: object) -> dict[str, object]:
    return {"repo": workspace.repos()[0], "prefix": "", **go_to.settings(), **more}


def test_sql_and_the_measured_functions_decay_alike(workspace: Workspace) -> None:
    mart = workspace.context().mart
    rows = mart.rows(
        mart_knowledge.KNOWN + "select l.path, s.name, k.fresh, k.kept from living k "
        "join places l using (file_id) join presence s using (nr)",
        settings(workspace),
    )
    found = {(path, name): (fresh, kept) for path, name, fresh, kept in rows}
    ages = np.array([15, 14, 13, 12, 10], dtype=float)
    for nr, half_life in enumerate((go_to.HALF_LIFE_DAYS, go_to.MEMORY_DAYS)):
        blocks = decayed(np.ones(5), ages, half_life).sum()
        assert found["disk/blocks.c", "Ann Example"][nr] == pytest.approx(blocks)
        review = decayed(go_to.REVIEW_WEIGHT, 9, half_life)
        assert found["disk/index.c", "Cy Example"][nr] == pytest.approx(float(review))
        pair = decayed(1, 0, half_life)
        assert found["page/view.c", "Cy Example"][nr] == pytest.approx(float(pair))
    assert not [name for _, name in found if "bot" in name]
    assert not [path for path, _ in found if path.startswith("many/")]


def test_a_question_sums_what_the_functions_would(workspace: Workspace) -> None:
    mart = workspace.context().mart
    asked = mart.query(knowledge.NEAR, settings(workspace, paths=["page/view.c"]))
    rows = {name: nr for nr, name in enumerate(asked["name"].tolist())}
    ben, cy = rows["Ben Example"], rows["Cy Example"]
    ages = np.array([7, 6, 5, 0], dtype=float)
    drawn = float(decayed(np.ones(4), ages, go_to.HALF_LIFE_DAYS).sum())
    assert asked["here"][ben] == pytest.approx(drawn)
    assert (asked["changes"][ben], asked["reviews"][cy]) == (4, 3)
    # a merge counts for who reviews, not for who knows; both of Cy's parts count
    assert asked["here"][cy] == pytest.approx(1.0)
    assert asked["reviews_here"][cy] == pytest.approx(drawn)
    beside = float(decayed(np.ones(2), np.array([2, 1.5]), go_to.HALF_LIFE_DAYS).sum())
    first = float(5 * decayed(1, 7.5, go_to.HALF_LIFE_DAYS))
    assert asked["near"][ben] == pytest.approx(drawn + beside + first)
    assert asked["around"][ben] == pytest.approx(drawn + beside + first)
    assert (asked["anywhere"] >= asked["around"] - 1e-9).all()
    assert (asked["around"] >= asked["near"] - 1e-9).all()


def test_the_map_knows_renames_and_leaves_imports_out(workspace: Workspace) -> None:
    areas = {area.area: area for area in run(workspace, "map").areas}
    disk = areas["disk"]
    assert (disk.living_files, disk.changes, disk.knowers) == (7, 11, 1)
    assert disk.go_to[0].name == "Ann Example"
    assert areas["many"].files_known_by_nobody == 120
    assert [one.name for one in areas["old"].silent] == ["Dee Example"]


def test_the_rollup_is_what_counting_anew_gives(workspace: Workspace) -> None:
    mart, asked = workspace.context().mart, settings(workspace)
    anew = mart.rows(mart_knowledge.AREA_PEOPLE, asked)
    assert len(anew) > 3
    assert mart.rows("select * from area_people order by area, nr") == anew
    page = [row for row in anew if row[1] == "page"]
    assert mart.rows(mart_knowledge.AREA_PEOPLE, asked | {"prefix": "page"}) == page


def test_an_area_is_known_by_the_same_people_wherever_it_is_shown(workspace: Workspace) -> None:
    whole = {area.area: area for area in run(workspace, "map").areas}
    assert run(workspace, "map", prefix="disk").areas == (whole["disk"],)
    part = run(workspace, "map", prefix="disk/blocks.c").areas[0]
    assert (part.area, part.living_files, part.changes) == ("disk", 1, 5)


def test_who_merges_reviews(workspace: Workspace) -> None:
    answer = run(workspace, "ask", what="page/view.c")
    assert {one.name for one in answer.people} >= {"Ben Example"}
    assert [one.name for one in answer.reviewers] == ["Cy Example"]
    assert answer.reviewers[0].reviews == 3


def test_a_glob_and_the_document_beside_a_path(workspace: Workspace) -> None:
    answer = run(workspace, "ask", what="disk/*x.c")
    assert (answer.kind, [place.path for place in answer.places]) == (
        "path",
        ["disk/index.c"],
    )
    documents = run(workspace, "ask", what="page/view.c").documents
    assert documents[0].path == "page/README.md"


def test_a_symbol_is_found_in_the_tree(workspace: Workspace) -> None:
    answer = run(workspace, "ask", what="part_of_a_page")
    assert (answer.kind, answer.places[0].path, answer.places[0].line) == (
        "symbol",
        "page/part.py",
        1,
    )
    assert [place.path for place in answer.documents] == ["page/README.md"]


def test_a_departure_agrees_with_the_map(workspace: Workspace) -> None:
    gone = run(workspace, "offboard", people="ann@example.com")
    areas = {area.area: area for area in run(workspace, "map").areas}
    assert gone.people == ("Ann Example",)
    # Cy has reviewed the index, which is knowing it too
    assert gone.orphaned == areas["disk"].leaver_files == 6
    assert gone.hand_over[0].path == "disk/blocks.c"
    assert "disk/index.c" not in {file.path for file in gone.hand_over}
    both = run(workspace, "offboard", people="Ann Example, Cy Example")
    assert both.orphaned == 7


def test_sentences_name_places_and_never_people(workspace: Workspace) -> None:
    found = actions.find_sentences(workspace.context(), workspace.scope())
    assert found
    for finding in found:
        assert 0 <= finding.weight <= 1
        assert "Example" not in finding.sentence + finding.detail
    assert any("Only one person knows" in finding.sentence for finding in found)


def test_an_empty_repository_has_nothing_to_say(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("empty")
    history = History(folder / "sample")
    opened = Workspace(folder / "w", Silent())
    opened.read_names(history.path)
    assert run(opened, "map").areas == ()
    assert actions.find_sentences(opened.context(), opened.scope()) == []


def test_declared_owners_stand_beside_what_the_facts_say(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("declared")
    history = History(folder / "sample")
    owned = "disk/ @org/storage @dee\nolder/ @nobody-here\npage/ cy@example.com\n"
    history.commit({**parts("disk"), **parts("old")}, "Add the disk", by=DEE, at=day(-420))
    history.commit({".github/CODEOWNERS": owned}, "Declare owners", by=CY, at=day(-2))
    history.commit(parts("page"), "Add the page", by=ANN, at=day(0))
    opened = Workspace(folder / "w", Silent())
    opened.read_names(history.path)
    answer = run(opened, "ask", what="disk/part1.c")
    assert [(one.owner, one.name, one.active) for one in answer.declared] == [
        ("@dee", "Dee Example", False),
        ("@org/storage", "", None),
    ]
    assert (
        answer.declared[0].reason == "declared in .github/CODEOWNERS, last touched it 13 months ago"
    )
    assert answer.declared[1].reason == "declared in .github/CODEOWNERS"
    areas = {area.area: area for area in run(opened, "map").areas}
    (cy,) = areas["page"].declared
    assert (cy.name, cy.files, cy.active) == ("Cy Example", 5, True)
    assert cy.reason == "declared in .github/CODEOWNERS, never touched it"
    assert areas["old"].declared == ()
    hidden = dataclasses.replace(opened.scope(), sees_experts=False)
    case = next(case for case in PRACTICE.use_cases if case.name == "ownership.map")
    shown = case.run(opened.context(), hidden, case.inputs())
    assert [area.declared for area in shown.areas] == [()] * len(shown.areas)


def test_silent_owners_are_counted_in_a_group_only() -> None:
    (finding,) = rules.speak_of_owners("CODEOWNERS", [3, 200, 400, 9, 1], 5, "sample")
    assert finding.sentence.startswith("2 of the 5 people recognised in CODEOWNERS have landed")
    assert "8% of changes" in finding.detail
    assert rules.speak_of_owners("CODEOWNERS", [200, 400, 9, 1], 5, "sample") == []
    assert rules.speak_of_owners("CODEOWNERS", [3, 9, 1, 2, 5], 5, "sample") == []
