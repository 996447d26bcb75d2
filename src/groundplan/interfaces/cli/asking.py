"""A command for each use case of a practice, made from its declaration; views as plain text."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints

import click

from groundplan.bootstrap import Workspace, default_folder
from groundplan.interfaces.cli.terminal import Terminal, print_json, say
from groundplan.practices.catalogue import discover
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import Unit
from groundplan.usecase import UseCase

Case = UseCase[Any, Any]


def practice_group(name: str) -> click.Group:
    """The command group of one practice."""
    practice = next(practice for practice in discover() if practice.name == name)
    commands = {case.name.split(".")[1]: _command(case) for case in practice.use_cases}
    return click.Group(name, commands=commands, help=practice.says)


def _command(case: Case) -> click.Command:
    parameters: list[click.Parameter] = [
        _parameter(f, case) for f in dataclasses.fields(case.inputs)
    ]
    parameters += [
        click.Option(
            ["--path"],
            default=".",
            type=click.Path(path_type=Path),
            help="Where the repository is [default: here].",
        ),
        click.Option(["--workspace"], type=click.Path(path_type=Path), help="Folder of the facts."),
        click.Option(["--json", "as_json"], is_flag=True, help="Answer as one JSON document."),
    ]
    return click.Command(
        case.name.split(".")[1], params=parameters, help=case.says, callback=_callback(case)
    )


def _callback(case: Case) -> Callable[..., None]:
    def answer(path: Path, workspace: Path | None, as_json: bool, **given: object) -> None:
        opened = Workspace(workspace or default_folder((path,)), Terminal())
        opened.read_names(path)
        view = case.run(opened.context(), opened.scope(), case.inputs(**given))
        print_json(view) if as_json else print_view(view)

    return answer


def _parameter(field: dataclasses.Field[Any], case: Case) -> click.Parameter:
    hint = get_type_hints(case.inputs)[field.name]
    required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    many = getattr(hint, "__origin__", None) is tuple
    kind: Any = next((t for t in (bool, int, float) if hint is t), str)
    if required:
        return click.Argument([field.name], nargs=-1 if many else 1, type=kind, required=True)
    default = field.default if field.default is not dataclasses.MISSING else None
    help_text = str(field.metadata.get("help", ""))
    flag = f"--{field.name.replace('_', '-')}"
    if kind is bool:
        return click.Option([f"{flag}/--no-{flag[2:]}"], default=bool(default), help=help_text)
    return click.Option(
        [flag], default=default, type=kind, multiple=many, help=help_text, show_default=True
    )


def print_view(view: object, indent: int = 0) -> None:
    """Any view as indented text: a line for each field, a block for each row."""
    pad = "  " * indent
    for field in dataclasses.fields(view):  # type: ignore[arg-type]
        _print_field(pad, field.name.replace("_", " "), getattr(view, field.name), indent)


def _print_field(pad: str, label: str, value: object, indent: int) -> None:
    if _is_leaf(value):
        say(f"{pad}{label}: {_leaf(value)}")
    elif isinstance(value, tuple | list):
        if all(_is_leaf(item) for item in value):
            say(f"{pad}{label}: {', '.join(_leaf(item) for item in value) or 'none'}")
            return
        say(f"{pad}{label}:")
        for item in value:
            line = _one_line(item)
            say(f"{pad}  - {line}")
    else:
        say(f"{pad}{label}:")
        print_view(value, indent + 1)


def _one_line(item: object) -> str:
    if not dataclasses.is_dataclass(item):
        return str(item)
    parts = []
    for field in dataclasses.fields(item):
        value = getattr(item, field.name)
        if value in (None, (), ""):
            continue
        if _is_leaf(value):
            text = _leaf(value)
        elif isinstance(value, tuple | list):
            text = "; ".join(_leaf(v) if _is_leaf(v) else _named(v) for v in value)
        else:
            text = _named(value)
        parts.append(f"{field.name.replace('_', ' ')}: {text}")
    return " | ".join(parts)


def _named(item: object) -> str:
    """A row within a row: its name says enough, if it has one."""
    return str(getattr(item, "name", "")) or _one_line(item)


def _is_leaf(value: object) -> bool:
    return isinstance(value, Estimate | Unknown | Unit | str) or not (
        dataclasses.is_dataclass(value) or isinstance(value, tuple | list)
    )


def _leaf(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    return "yes" if value is True else "no" if value is False else str(value)
