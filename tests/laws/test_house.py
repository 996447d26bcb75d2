"""Sizes, names, input and output, and who may mint what: laws read off the source text."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "groundplan"
FILES = sorted(SOURCE.rglob("*.py"))
MODULES = {path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text()) for path in FILES}

MOST_LINES = 300
MOST_FUNCTION_LINES = 40
MOST_TERMS_FILES = 8
MOST_PRACTICE_LINES = 500
EXCEPTION = re.compile(r"^# size: \S.{10,}", re.MULTILINE)

BANNED_NAMES = {"utils", "util", "common", "core", "helpers", "helper", "manager", "misc"}
MAY_DO_IO = (
    re.compile(r"sources/\w+/fetch\.py"),
    re.compile(r"facts/(ledger|manifest|mart)\.py"),
    re.compile(r"facts/engines/\w+\.py"),
    re.compile(r"records/(sqlite|postgres|backups|sqlite_vault|postgres_vault)\.py"),
    re.compile(r"interfaces/.*"),
    re.compile(r"bootstrap/.*"),
)
IO_CALLS = {
    "open", "input", "print", "socket.socket", "urllib.request.urlopen",
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.sleep",
    "datetime.datetime.now", "datetime.date.today",
    "os.system", "os.popen", "os.environ.get", "os.getenv",
}  # fmt: skip
IO_METHODS = {
    "read_text", "write_text", "read_bytes", "write_bytes", "unlink", "mkdir", "touch", "iterdir",
    "rglob", "rename", "rmdir",
}  # fmt: skip
IO_MODULES = {"subprocess", "socket", "requests", "httpx", "urllib", "http", "shutil", "tempfile"}


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("name", MODULES)
def test_sizes(name: str) -> None:
    text = (SOURCE / name).read_text()
    excused = bool(EXCEPTION.search(text))
    lines = text.count("\n")
    assert lines <= MOST_LINES or excused, (
        f"{name} has {lines} lines; split it or say `# size: why`"
    )
    for node in ast.walk(MODULES[name]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= MOST_FUNCTION_LINES or excused, (
                f"{name}: {node.name} has {length} lines"
            )


def test_terms_stay_few_and_alone() -> None:
    terms = [name for name in MODULES if name.startswith("terms/")]
    assert len(terms) <= MOST_TERMS_FILES


def test_names_say_something() -> None:
    parts = {Path(name).stem for name in MODULES} | {
        part for name in MODULES for part in Path(name).parent.parts
    }
    assert not parts & BANNED_NAMES


@pytest.mark.parametrize("name", [n for n in MODULES if not any(p.fullmatch(n) for p in MAY_DO_IO)])
def test_no_input_or_output(name: str) -> None:
    """The world is reached in fetch, stores, engines, interfaces and bootstrap, nowhere else."""
    wrong = []
    for node in ast.walk(MODULES[name]):
        if isinstance(node, ast.Call):
            called = dotted(node.func)
            method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if called in IO_CALLS or method in IO_METHODS or called.startswith("random."):
                wrong.append(f"line {node.lineno}: {called or method}()")
            if re.match(r"(np|numpy)\.random\.(?!Generator|default_rng\b)", called):
                wrong.append(f"line {node.lineno}: {called}() is a global generator")
            if called in ("np.random.default_rng", "numpy.random.default_rng") and not node.args:
                wrong.append(f"line {node.lineno}: a generator without a seed")
        imported = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        wrong += [
            f"import {m}" for m in imported if m.split(".")[0] in IO_MODULES and m != "urllib.parse"
        ]
    assert wrong == []


def test_only_access_mints_scopes() -> None:
    minters = {
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] == "Scope"
    }
    assert minters <= {"access.py"}


def test_terms_need_only_the_standard_library() -> None:
    allowed = {"__future__", "collections", "dataclasses", "datetime", "enum", "types", "typing"}
    for name, tree in MODULES.items():
        if name.startswith("terms/"):
            found = {
                (node.module or "").split(".")[0]
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom)
            }
            assert found <= allowed | {"groundplan"}, name


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_why_it_exists(name: str) -> None:
    text = ast.get_docstring(MODULES[name])
    assert text, f"{name} has no docstring"
    assert len(text.splitlines()) <= 5, f"{name}: the docstring has more than five lines"


def test_locks_name_no_host() -> None:
    for lock in ROOT.glob("*.lock"):
        assert "://" not in lock.read_text(), lock.name
