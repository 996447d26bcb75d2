"""The reference in docs/, written from the declarations so that it cannot fall behind.

`python -m groundplan.interfaces.reference` writes it; a law test compares.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from groundplan.experiments.catalogue import discover as discover_practices
from groundplan.facts.calendar import CALENDAR_KINDS
from groundplan.facts.code import CODE_KINDS
from groundplan.facts.host import HOST_KINDS
from groundplan.facts.kinds import FactKind
from groundplan.facts.mart_tables import TABLES
from groundplan.facts.work import WORK_KINDS
from groundplan.interfaces.readings import SIGNALS, TEAM
from groundplan.signals.catalogue import discover as discover_signals
from groundplan.signals.signal import Signal
from groundplan.usecase import Practice, UseCase


def reference() -> str:
    """All signals, use cases and fact kinds as Markdown."""
    blocks = [
        "# Reference",
        "Written from the declarations by `python -m groundplan.interfaces.reference`.",
        "## Signals",
        *(_signal(signal) for signal in discover_signals()),
        "## Practices and use cases",
        *(_practice(practice) for practice in discover_practices()),
        "### Beside the practices",
        *(_case(case) for case in (*SIGNALS, *TEAM)),
        "## Facts",
        *(_kind(kind) for kind in (*CODE_KINDS, *WORK_KINDS, *HOST_KINDS, *CALENDAR_KINDS)),
        "## Tables of the mart",
        *(_kind(table) for table in TABLES),
    ]
    return "\n\n".join(blocks) + "\n"


def _signal(signal: Signal) -> str:
    rows = [
        ("Unit", signal.unit.noun),
        ("Counts", signal.counts),
        ("Leaves out", signal.leaves_out),
        ("Interval", signal.model),
        ("Smallest sample", f"{signal.minimum} {signal.minimum_of}"),
        ("Never use it for", signal.misuse),
        ("Source", signal.source),
        ("Version", str(signal.version)),
    ]
    return f"### {signal.title} (`{signal.name}`)\n\n{signal.says}\n\n{_table(('', ''), rows)}"


def _practice(practice: Practice) -> str:
    cases = "\n\n".join(_case(case) for case in practice.use_cases)
    return f"### {practice.title}\n\n{practice.says}\n\n{cases}"


def _case(case: UseCase[Any, Any]) -> str:
    rows = [
        (f.name, str(f.type), str(f.metadata.get("help", "")))
        for f in dataclasses.fields(case.inputs)
    ]
    table = _table(("input", "type", "meaning"), rows) if rows else "No inputs."
    roles = ", ".join(sorted(role.value for role in case.roles))
    return f"#### `{case.name}`\n\n{case.says} For: {roles}.\n\n{table}"


def _kind(kind: FactKind) -> str:
    rows = [(f"`{c.name}`", c.type.value.lower(), c.meaning) for c in kind.columns]
    key = ", ".join(f"`{name}`" for name in kind.key)
    head = f"### `{kind.name}`\n\nA row is {kind.grain}. Key: {key}. Version {kind.version}."
    return f"{head}\n\n{_table(('column', 'type', 'meaning'), rows)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def main(folder: Path) -> None:
    """Write docs/reference.md."""
    (folder / "reference.md").write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs"))
