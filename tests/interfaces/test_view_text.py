"""Views as plain text on a terminal: rows within rows, pairs, sentences, rows that are long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from groundplan.interfaces.cli.asking import LONG, print_view


@dataclass(frozen=True)
class Inner:
    """A row within a row, with pairs as a goal's spans have."""

    spans: tuple[tuple[date, date | None], ...]
    level: float = 1.0


@dataclass(frozen=True)
class Outer:
    """A view."""

    says: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    targets: tuple[tuple[str, str], ...] = ()
    rows: tuple[Inner, ...] = ()


def printed(capsys: pytest.CaptureFixture[str], view: object) -> list[str]:
    print_view(view)
    return capsys.readouterr().out.splitlines()


def test_pairs_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    rows = (Inner(((date(2026, 1, 5), None),)),)
    lines = printed(capsys, Outer(targets=(("G1", "Pages open"),), rows=rows))
    assert "  - (G1, Pages open)" in lines
    assert "  - spans: (2026-01-05, none) | level: 1" in lines


def test_sentences_stand_alone_and_words_together(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, Outer(says=("Not yet.", "Measure it again."), names=("a", "b")))
    assert lines[:4] == ["says:", "  - Not yet.", "  - Measure it again.", "names: a, b"]


def test_a_long_row_has_a_line_for_each_field(capsys: pytest.CaptureFixture[str]) -> None:
    spans = tuple((date(2026, month, 1), date(2026, month, 9)) for month in range(1, 9))
    lines = printed(capsys, Outer(rows=(Inner(spans),)))
    assert len("; ".join(map(str, spans))) > LONG
    assert lines[-2].startswith("  - spans: (2026-01-01, 2026-01-09); (2026-02-01")
    assert lines[-1] == "    level: 1"
