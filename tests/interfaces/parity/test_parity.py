"""Each use case is in command line, API and MCP server: same inputs, units, defaults, errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
from starlette.testclient import TestClient

from groundplan.bootstrap.workspace import Workspace
from groundplan.experiments.catalogue import discover
from groundplan.interfaces.api.app import PREFIX
from groundplan.interfaces.api.openapi import KEY_HEADER, TEAM_HEADER, write_openapi
from groundplan.interfaces.catalogue import Case, answer, list_use_cases, must_post
from groundplan.interfaces.cli import main
from groundplan.interfaces.cli.asking import use_case_group
from groundplan.interfaces.codec.fields import read_fields, say_unit
from groundplan.interfaces.mcp.envelope import wrap
from groundplan.interfaces.mcp.tools import (
    KEY_ARGUMENT,
    call,
    list_tools,
    name_tool,
    schema_of_answer,
    schema_of_arguments,
)
from tests.histories import ANN, History

CASES = {case.name: case for cases in list_use_cases().values() for case in cases}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
SETTINGS = {"path", "workspace", "as_json", "as_team", "server", "key"}


def command_of(case: Case) -> click.Command:
    group, _, verb = case.name.partition(".")
    return use_case_group(group).commands[verb]


def operation_of(case: Case) -> dict[str, Any]:
    methods = write_openapi(PREFIX)["paths"][f"{PREFIX}/{case.name.replace('.', '/', 1)}"]
    found: dict[str, Any] = methods["post" if must_post(case) else "get"]
    return found


def inputs_of_api(case: Case) -> tuple[dict[str, Any], set[str]]:
    """The schemas of the inputs, and which are required."""
    operation = operation_of(case)
    if must_post(case):
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        return schema["properties"], set(schema.get("required", ()))
    asked = [p for p in operation["parameters"] if p["in"] == "query"]
    return {p["name"]: p["schema"] for p in asked}, {p["name"] for p in asked if p["required"]}


def test_practices_and_what_stands_beside_them() -> None:
    assert list(list_use_cases()) == [*(p.name for p in discover()), *main.BESIDE]
    assert main.list_practices() == [practice.name for practice in discover()]


@every_case
def test_the_names_are_the_same(case: Case) -> None:
    assert operation_of(case)["operationId"] == case.name
    assert list_tools()[name_tool(case)] is case
    assert command_of(case).help is not None
    assert str(command_of(case).help).startswith(case.says)
    assert operation_of(case)["summary"] == case.says


@every_case
def test_the_inputs_are_the_same(case: Case) -> None:
    api, required = inputs_of_api(case)
    arguments = schema_of_arguments(case)
    mcp = {name: one for name, one in arguments["properties"].items() if name != KEY_ARGUMENT}
    assert api == mcp
    assert required == set(arguments.get("required", ()))
    given = {p.name: p for p in command_of(case).params if p.name not in SETTINGS}
    assert list(given) == list(api)
    assert {name for name, p in given.items() if isinstance(p, click.Argument)} == required


@every_case
def test_defaults_units_and_help_are_the_same(case: Case) -> None:
    api, _ = inputs_of_api(case)
    command = command_of(case)
    for field in read_fields(case.inputs):
        schema = api[field.name]
        option = next(p for p in command.params if p.name == field.name)
        told = option.help if isinstance(option, click.Option) else command.help
        assert field.help, f"{case.name} does not say what {field.name} is"
        assert field.help in schema["description"]
        assert field.help in str(told)
        if field.unit is not None:
            assert schema["x-unit"] == field.unit.name
            assert f"[{say_unit(field.unit)}]" in schema["description"]
            assert f"[{say_unit(field.unit)}]" in str(told)
        assert ("default" in schema) is not field.required
        if field.default not in (None, "", ()):
            assert f"[default: {field.default}]" in str(told)


@every_case
def test_no_input_has_the_name_of_a_setting(case: Case) -> None:
    names = {field.name for field in read_fields(case.inputs)}
    assert not names & {*SETTINGS, "json", KEY_ARGUMENT}


@every_case
def test_what_writes_takes_a_key_everywhere(case: Case) -> None:
    assert ("key" in {p.name for p in command_of(case).params}) is case.writes
    headers = {p["name"] for p in operation_of(case)["parameters"] if p["in"] == "header"}
    assert headers == ({KEY_HEADER, TEAM_HEADER} if case.writes else {TEAM_HEADER})
    assert (KEY_ARGUMENT in schema_of_arguments(case)["properties"]) is case.writes


@every_case
def test_the_views_are_the_same(case: Case) -> None:
    found = write_openapi(PREFIX)["components"]["schemas"]
    content = operation_of(case)["responses"]["200"]["content"]
    api = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    answer = schema_of_answer(case)
    assert answer["properties"]["data"]["$ref"] == f"#/$defs/{api}"
    for name, schema in answer["$defs"].items():
        moved = json.dumps(found[name]).replace("#/components/schemas/", "#/$defs/")
        assert schema == json.loads(moved)


@every_case
def test_numbers_of_a_view_carry_their_unit(case: Case) -> None:
    for name, schema in schema_of_answer(case)["$defs"].items():
        for field, one in schema["properties"].items():
            if field.endswith(("_share", "_days", "_hours")):
                assert "x-unit" in str(one) or "Estimate" in str(one), f"{name}.{field}"


def ask_command(history: History, folder: Path, name: str, words: list[str]) -> Any:
    group, _, verb = name.partition(".")
    settings = ["--path", str(history.path), "--workspace", str(folder), "--json"]
    return subprocess.run(
        [sys.executable, "-m", "groundplan", group, verb, *settings, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "NO_COLOR": "1"},
    )


BAD: list[tuple[str, dict[str, Any], list[str], int]] = [
    ("identities.list", {"most": "many"}, ["--most", "many"], 2),
    ("identities.list", {"most": "-1"}, ["--most", "-1"], 2),
    ("identities.list", {"about": "x" * 10_001}, ["--about", "x" * 10_001], 2),
    ("ownership.ask", {}, [], 2),
    ("signals.read", {"name": "no\u00a0such"}, ["no\u00a0such"], 3),
    ("identities.undo", {"number": "9"}, ["9"], 3),
    ("identities.decide", {"verdict": "odd", "account": ANN}, ["odd", ANN], 2),
]


@pytest.mark.parametrize(("name", "given", "words", "code"), BAD)
def test_an_error_reads_the_same_everywhere(
    asked: Workspace,
    asked_history: History,
    api: TestClient,
    name: str,
    given: dict[str, Any],
    words: list[str],
    code: int,
) -> None:
    case, path = CASES[name], f"{PREFIX}/{name.replace('.', '/', 1)}"
    whole = {key: int(one) if one.lstrip("-").isdigit() else one for key, one in given.items()}
    sent = api.post(path, json=whole) if must_post(case) else api.get(path, params=given)
    told = sent.json()
    answered = call(partial(answer, asked), "local", "", case, whole)
    ours = {**answered.structured, "got": str(answered.structured.get("got"))}
    assert {key: ours.get(key) for key in told} == told
    done = ask_command(asked_history, asked.folder, name, words)
    assert done.returncode == code
    assert f"groundplan: {told['detail']}" in done.stderr
    assert told["hint"] in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("identities.list", {"most": 3}, ["--most", "3"]),
        ("ownership.map", {"prefix": "core"}, ["--prefix", "core"]),
        ("signals.read", {"name": "work_kinds"}, ["work_kinds"]),
    ],
)
def test_an_answer_is_the_same_everywhere(
    asked: Workspace,
    asked_history: History,
    api: TestClient,
    name: str,
    given: dict[str, Any],
    words: list[str],
) -> None:
    view = api.get(f"{PREFIX}/{name.replace('.', '/', 1)}", params=given).json()
    answered = call(partial(answer, asked), "local", "", CASES[name], given)
    assert answered.structured == wrap(name, view)
    done = ask_command(asked_history, asked.folder, name, words)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == view
