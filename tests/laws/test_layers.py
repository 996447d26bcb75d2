"""Imports point one way. Imports inside functions and for type checking count like any other."""

from __future__ import annotations

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

PACKAGE = "groundplan"
LAYERS = (
    ("__main__",),
    ("bootstrap",),
    ("interfaces",),
    ("experiments",),
    ("practices",),
    ("usecase",),
    ("signals", "sources", "access"),
    ("facts", "records", "inference"),
    ("terms",),
)
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}
# What starts the program has to call the one place that sees everything.
STARTERS = ("groundplan.interfaces.cli",)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(PACKAGE, exclude_type_checking_imports=False, cache_dir=None)


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else None


def imports(graph: grimp.ImportGraph) -> list[tuple[str, str]]:
    return [
        (module, imported)
        for module in sorted(graph.modules)
        for imported in sorted(graph.find_modules_directly_imported_by(module))
    ]


def test_every_room_has_its_place(graph: grimp.ImportGraph) -> None:
    rooms = {room_of(module) for module in graph.modules} - {None}
    assert rooms <= set(RANK), f"name the layer of {sorted(rooms - set(RANK))} in LAYERS"


def test_imports_point_to_the_right(graph: grimp.ImportGraph) -> None:
    wrong = []
    for module, imported in imports(graph):
        here, there = room_of(module), room_of(imported)
        if here is None or there is None or here == there:
            continue
        if there == "bootstrap" and module.startswith(STARTERS):
            continue
        if RANK[there] <= RANK[here]:
            wrong.append(f"{module} imports {imported}")
    assert wrong == []


def test_no_import_cycle(graph: grimp.ImportGraph) -> None:
    needs: dict[str, set[str]] = defaultdict(set)
    for module, imported in imports(graph):
        needs[module].add(imported)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_practice_imports_another(graph: grimp.ImportGraph) -> None:
    wrong = [
        f"{module} imports {imported}"
        for module, imported in imports(graph)
        if room_of(module) == room_of(imported) == "practices"
        and imported.split(".")[2:3]
        and module.split(".")[2:3] not in ([], imported.split(".")[2:3])
    ]
    assert wrong == []


def test_the_law_would_catch_a_lazy_import(tmp_path, monkeypatch) -> None:
    """The graph sees imports inside functions and under TYPE_CHECKING."""
    package = tmp_path / "housed"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "low.py").write_text("def f():\n    from housed import high\n")
    (package / "high.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from housed import low\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    found = imports(grimp.build_graph("housed", cache_dir=None))
    assert found == [("housed.high", "housed.low"), ("housed.low", "housed.high")]
