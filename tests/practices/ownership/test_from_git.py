"""From real repositories, built by git, to who knows: renames, merges, reviews, departures."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from groundplan.bootstrap import Workspace
from groundplan.facts import knowledge
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.inference import go_to
from groundplan.inference.expertise import decayed
from groundplan.practices.ownership import PRACTICE
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
        knowledge.KNOWN + "select l.path, s.name, k.fresh, k.kept from known k "
        "join living l using (file_id) join seen s using (nr)",
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


def test_the_map_knows_renames_and_leaves_imports_out(workspace: Workspace) -> None:
    areas = {area.area: area for area in run(workspace, "map").areas}
    disk = areas["disk"]
    assert (disk.living_files, disk.changes, disk.knowers) == (7, 11, 1)
    assert disk.go_to[0].name == "Ann Example"
    assert areas["many"].files_known_by_nobody == 120
    assert [one.name for one in areas["old"].silent] == ["Dee Example"]


def test_the_map_is_the_same_from_the_rollup(workspace: Workspace) -> None:
    context, engine = workspace.context(), DuckDB()
    for table in ("repos", "people", "files", "commits", "credits", "changes"):
        engine.load(table, context.mart.query(f"select * from {table}"))
    kept = dataclasses.replace(context, mart=engine)
    case = next(case for case in PRACTICE.use_cases if case.name == "ownership.map")
    live = case.run(kept, workspace.scope(), case.inputs())
    knowledge.build_rollup(engine, go_to.settings())
    assert engine.rows("select count(*) from area_people")[0][0] > 0
    assert case.run(kept, workspace.scope(), case.inputs()) == live
    assert live == case.run(context, workspace.scope(), case.inputs())
    engine.execute("delete from area_people")
    assert case.run(kept, workspace.scope(), case.inputs(prefix="disk")).areas[0].changes == 11


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
    found = PRACTICE.findings(workspace.context(), workspace.scope())
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
    assert PRACTICE.findings(opened.context(), opened.scope()) == []
