"""A signal whose numbers may have changed must carry a new version.

    python tests/laws/test_fingerprints.py --record

writes src/groundplan/signals/fingerprints.json anew, after versions were raised.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from functools import cache
from pathlib import Path

import pytest

from groundplan.signals.catalogue import discover
from groundplan.signals.signal import Signal

SOURCE = Path(__file__).parents[2] / "src"
FOLDER = SOURCE / "groundplan" / "signals"
STORE = FOLDER / "fingerprints.json"
COMMAND = "python tests/laws/test_fingerprints.py --record"
# What a signal's numbers rest on; how it speaks is free to change.
RESTS_ON = (
    "groundplan.inference.", "groundplan.signals.samples", "groundplan.signals.waits",
    "groundplan.facts.work_kinds",
)  # fmt: skip
WORDS_ONLY = {"speak"}


def without_words(tree: ast.AST) -> str:
    """The code of a tree, without docstrings; comments and layout are not in a tree anyway."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                body[0] = ast.Pass()
    return ast.dump(tree)


@cache
def imports_of(module: str) -> tuple[str, ...]:
    """The modules that a module's numbers rest on, itself included, however deep."""
    found = {module}
    for node in ast.walk(ast.parse(path_of(module).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                if name.startswith(RESTS_ON) and path_of(name).exists():
                    found |= set(imports_of(name))
    return tuple(sorted(found))


def path_of(module: str) -> Path:
    return SOURCE.joinpath(*module.split(".")).with_suffix(".py")


def code_of(signal: Signal) -> str:
    """The signal's file without its words: no docstrings, no declaration, nothing that speaks."""
    tree = ast.parse((FOLDER / f"{signal.name}.py").read_text())
    kept = [node for node in tree.body if not is_words(node)]
    return without_words(ast.Module(kept, []))


def is_words(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef):
        return node.name in WORDS_ONLY
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SIGNAL"


def fingerprint(signal: Signal) -> str:
    """A digest of all that decides a signal's numbers."""
    own = f"groundplan.signals.{signal.name}"
    parts = [code_of(signal), " ".join(signal.select.split())]
    parts += [str(v) for v in (signal.minimum, signal.window_weeks, signal.about_people)]
    parts.append(signal.unit.name)
    parts += [
        without_words(ast.parse(path_of(module).read_text()))
        for module in imports_of(own)
        if module != own
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def recorded() -> dict[str, dict[str, object]]:
    return json.loads(STORE.read_text()) if STORE.exists() else {}


@pytest.mark.parametrize("signal", discover(), ids=lambda signal: signal.name)
def test_changed_code_has_a_new_version(signal: Signal) -> None:
    known = recorded().get(signal.name)
    assert known, f"signals/{signal.name}.py is new; run: {COMMAND}"
    if signal.version == known["version"]:
        assert fingerprint(signal) == known["fingerprint"], (
            f"what {signal.name} computes may have changed: raise its version in "
            f"src/groundplan/signals/{signal.name}.py, then run: {COMMAND}"
        )
    else:
        assert signal.version > int(str(known["version"])), "versions only rise"
        pytest.fail(f"{signal.name} has a new version; record it: {COMMAND}")


def test_no_fingerprint_is_left_behind() -> None:
    assert set(recorded()) == {signal.name for signal in discover()}


def test_words_do_not_count_and_numbers_do() -> None:
    signal = next(s for s in discover() if s.name == "throughput")
    tree = ast.parse('"""Words."""\nx = 1\n')
    assert without_words(tree) == without_words(ast.parse('"""Other words."""\nx = 1  # why\n'))
    assert without_words(tree) != without_words(ast.parse('"""Words."""\nx = 2\n'))
    assert "groundplan.inference.longrun" in imports_of(f"groundplan.signals.{signal.name}")


def record() -> None:
    """Write fingerprints.json; refuses where code changed under the same version."""
    known = recorded()
    signals = discover()
    for signal in signals:
        before = known.get(signal.name)
        same = before and before["version"] == signal.version
        if same and before["fingerprint"] != fingerprint(signal) and "--force" not in sys.argv:
            sys.exit(f"{signal.name}: raise its version first (or --force before a release)")
    told = {s.name: {"version": s.version, "fingerprint": fingerprint(s)} for s in signals}
    STORE.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    record()
