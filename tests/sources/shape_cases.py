"""Cases of shapes: a reply by hand, and the rows and work items that it comes to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from groundplan.sources.http.shaped import Shaped


def load_cases(module: str) -> list[Any]:
    """The cases of a source, by the file of one of its modules."""
    return [
        pytest.param(case, id=f"{path.stem}: {case['says']}")
        for path in sorted((Path(module).parent / "cases").glob("*.yml"))
        for case in yaml.safe_load(path.read_text())
    ]


def check_case(case: dict[str, Any], shaped: Shaped) -> None:
    """Whether a reply came to what its case says: the rows of the kinds that are named there."""
    found = {kind.name: rows for kind, rows in shaped.rows.items()}
    for kind, rows in case.get("rows", {}).items():
        assert len(found[kind]) == len(rows), found[kind]
        for row, want in zip(found[kind], rows, strict=True):
            assert {name: row[name] for name in want} == want
    assert set(shaped.items) == set(case.get("items", {}))
    for item, events in case.get("items", {}).items():
        life = [
            [event["happened_at"], event["what"], event["value"], event["stage"], event["name"]]
            for event in sorted(shaped.items[item].events, key=lambda e: e["happened_at"])
        ]
        assert life == [[*event, ""][:5] for event in events]
