"""A command for each use case, made from its declaration; views as plain text."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from groundplan.access import LOCAL_VIEWER
from groundplan.bootstrap.settings import default_folder
from groundplan.bootstrap.workspace import Workspace
from groundplan.experiments.catalogue import discover
from groundplan.interfaces.catalogue import Asker, Case, answer, list_use_cases
from groundplan.interfaces.cli.opening import read_all
from groundplan.interfaces.cli.terminal import Terminal, print_json, say
from groundplan.interfaces.codec.fields import Field, read_fields, say_unit
from groundplan.interfaces.codec.inputs import read_inputs, read_key, without_controls
from groundplan.sources.csv.tables import decode
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import Unit

SERVER = "GROUNDPLAN_SERVER"
SERVER_HELP = "Ask a team server at this address instead; its token stands in GROUNDPLAN_TOKEN."

LONG: Final = 160  # letters of a line; what is longer is printed as several
HERE: Final = Path()  # nobody said where the repository is


def use_case_group(name: str) -> click.Group:
    """The command group of a practice, or of what stands beside the practices."""
    commands = {case.name.split(".")[1]: _command(case) for case in list_use_cases()[name]}
    says = next((practice.says for practice in discover() if practice.name == name), None)
    return click.Group(name, commands=commands, help=says)


def _command(case: Case) -> click.Command:
    fields = read_fields(case.inputs)
    required = [f"{_word(field)}: {_explain(field)}" for field in fields if field.required]
    return click.Command(
        case.name.split(".")[1],
        params=[_parameter(field, field is fields[-1]) for field in fields] + _settings(case),
        help="\n\n".join([case.says, *required]),
        callback=_callback(case),
    )


def _settings(case: Case) -> list[click.Parameter]:
    """What every command takes beside its inputs; names that no input may have."""
    folder = click.Path(path_type=Path)
    key = click.Option(["--key"], help="Names the request; repeated, it is carried out once.")
    return [
        *([key] if case.writes else []),
        click.Option(["--as-team"], default="", help="The team in whose name to ask."),
        click.Option(["--server"], envvar=SERVER, help=SERVER_HELP),
        click.Option(
            ["--path"],
            default=".",
            type=folder,
            help="A repository, or a file of work items [default: here].",
        ),
        click.Option(["--workspace"], type=folder, help="Folder of the facts."),
        click.Option(["--json", "as_json"], is_flag=True, help="Answer as one JSON document."),
    ]


def _callback(case: Case) -> Callable[..., None]:
    fields = read_fields(case.inputs)

    def ask(
        path: Path,
        workspace: Path | None,
        as_json: bool,
        as_team: str,
        server: str | None,
        key: str | None = None,
        **given: Any,
    ) -> None:
        asker = Asker(LOCAL_VIEWER, as_team, read_key(key))
        inputs = read_inputs(case, _read_files(fields, _leave_out(given)), text=True)
        if server:
            from groundplan.interfaces.remote import find_server  # noqa: PLC0415 - 0.1 s

            view = find_server(server).answer(case, asker, inputs)
        else:
            opened = Workspace(workspace or default_folder((path,)), Terminal())
            about_file = any(given.get(field.name) for field in fields if field.file)
            if not about_file and (workspace is None or path != HERE):
                read_all(opened, (path,), lines=False)
            view = answer(opened, case, asker, inputs)
        print_json(view) if as_json else print_view(view)

    return ask


def _leave_out(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given; click has None or nothing for the rest."""
    return {name: value for name, value in given.items() if value is not None and value != ()}


def _read_files(fields: tuple[Field, ...], given: dict[str, Any]) -> dict[str, Any]:
    """The text of a file in place of its name."""
    for field in fields:
        if field.file and field.name in given:
            given[field.name] = _read_file(field, given[field.name])
    return given


def _read_file(field: Field, name: str) -> str:
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as stream:
            found = stream.read(4 * field.longest + 1)  # a letter may need four bytes
        return without_controls(decode(found)[0])
    except OSError as error:
        raise BadInput(field.name, name, f"a file that can be read, - for input: {error}") from None


def _parameter(field: Field, last: bool) -> click.Parameter:
    """Words only: what they mean is decided where every interface decides it."""
    if field.required and (last or not field.many):  # only one argument can take many words
        several = -1 if field.many else 1
        return click.Argument([field.name], required=False, nargs=several, metavar=_word(field))
    flag = f"--{field.name.replace('_', '-')}"
    says = _explain(field)
    if field.default not in ("", None, ()):
        says += f"  [default: {field.default}]"
    if field.kind is bool:
        return click.Option([f"{flag}/--no-{flag[2:]}"], default=None, help=says)
    return click.Option([flag], multiple=field.many, metavar=_word(field), help=says)


def _explain(field: Field) -> str:
    unit = f" [{say_unit(field.unit)}]" if field.unit else ""
    return f"{field.help}{unit}"


def _word(field: Field) -> str:
    word = "FILE" if field.file else field.name.upper()
    return f"{word}..." if field.many else word


def print_view(view: object, indent: int = 0) -> None:
    """Any view as indented text: a line for each field, a block for each row.

    A view that is a document says so by a field `markdown`, which is all that is printed.
    """
    if document := dict(_pairs(view)).get("markdown"):
        say(str(document).rstrip())
        return
    pad = "  " * indent
    for name, value in _pairs(view):
        _print_field(pad, name.replace("_", " "), value, indent)


def _pairs(view: object) -> list[tuple[str, Any]]:
    """A view's fields; one that a server sent is a mapping."""
    if isinstance(view, Mapping):
        return list(view.items())
    return [(f.name, getattr(view, f.name)) for f in dataclasses.fields(view)]  # type: ignore[arg-type]


def _print_field(pad: str, label: str, value: object, indent: int) -> None:
    if _is_leaf(value):
        say(f"{pad}{label}: {_leaf(value)}")
    elif isinstance(value, tuple | list):
        if all(_is_leaf(item) for item in value) and not _are_sentences(value):
            say(f"{pad}{label}: {', '.join(_leaf(item) for item in value) or 'none'}")
            return
        say(f"{pad}{label}:")
        _print_rows(pad, value)
    else:
        say(f"{pad}{label}:")
        print_view(value, indent + 1)


def _are_sentences(items: Sequence[object]) -> bool:
    """Whether commas between them would be lost: then each has a line of its own."""
    return any(isinstance(item, str) and item.endswith(".") for item in items)


def _print_rows(pad: str, rows: Sequence[object]) -> None:
    """Each row on a line; where one is too long to be read, a line for each field of all."""
    lines = [_one_line(row) for row in rows]
    if max(map(len, lines)) <= LONG or any(
        _is_leaf(row) or isinstance(row, tuple | list) for row in rows
    ):
        for line in lines:
            say(f"{pad}  - {line}")
        return
    for row in rows:
        for nr, part in enumerate(_parts(row)):
            say(f"{pad}  {'  ' if nr else '- '}{part}")


def _one_line(item: object) -> str:
    if _is_leaf(item):
        return _leaf(item)
    return _named(item) if isinstance(item, tuple | list) else " | ".join(_parts(item))


def _parts(item: object) -> Iterator[str]:
    """The fields of a row that say something."""
    for name, value in _pairs(item):
        if value in (None, (), ""):
            continue
        if _is_leaf(value):
            text = _leaf(value)
        elif isinstance(value, tuple | list):
            text = "; ".join(_leaf(v) if _is_leaf(v) else _named(v) for v in value)
        else:
            text = _named(value)
        yield f"{name.replace('_', ' ')}: {text}"


def _named(item: object) -> str:
    """A row within a row: its name says enough, if it has one."""
    if isinstance(item, tuple | list):
        return f"({', '.join(_leaf(v) if _is_leaf(v) else _named(v) for v in item)})"
    return str(dict(_pairs(item)).get("name", "")) or _one_line(item)


def _is_leaf(value: object) -> bool:
    return isinstance(value, Estimate | Unknown | Unit | str) or not (
        dataclasses.is_dataclass(value) or isinstance(value, tuple | list | Mapping)
    )


def _leaf(value: object) -> str:
    if isinstance(value, Unit):
        return say_unit(value)
    if isinstance(value, float):
        return f"{value:.3g}"
    if value is None:
        return "none"
    return "yes" if value is True else "no" if value is False else str(value)
