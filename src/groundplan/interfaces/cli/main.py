"""The command `groundplan`. Knows names and help texts only; a command's module loads on use."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

import click

from groundplan import __version__, practices
from groundplan.terms.errors import GroundplanError, NotFound, Refused, SourceDown

COMMANDS = "groundplan.interfaces.cli.commands"
HELP = {
    "run": "Read a repository and open its team page in the browser.",
    "ingest": "Read one or more repositories into the workspace.",
    "report": "Write the team page as one self-contained HTML or Markdown file.",
    "ask": "Who knows this path, symbol or question, and what was written about it?",
    "check": "Compare the facts with git's own words, row by row.",
    "rebuild": "Drop the facts and read them again.",
    "serve": "Serve the pages of what was read before.",
}
EXIT_CODES = {NotFound: 3, Refused: 4, SourceDown: 5}


class Lazy(click.Group):
    """A group whose commands are imported when they are called, not when they are listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The fixed commands, then one for each practice."""
        folders = [module.name for module in iter_modules(practices.__path__) if module.ispkg]
        return [*HELP, *sorted(folders)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name in HELP:
            command: click.Command = getattr(import_module(COMMANDS), cmd_name)
            return command
        if cmd_name in self.list_commands(ctx):
            module = import_module("groundplan.interfaces.cli.asking")
            group: click.Command = module.practice_group(cmd_name)
            return group
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List names and help without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(HELP.items()))
        names = [name for name in self.list_commands(ctx) if name not in HELP]
        with formatter.section("Practices (groundplan NAME --help)"):
            formatter.write_text(", ".join(names))


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="groundplan")
def cli() -> None:
    """Groundplan: what your team's history says, each claim calibrated."""


def main() -> None:
    """Run the command line; a known error is a clear sentence and an exit code, never a trace."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except GroundplanError as error:
        click.echo(f"groundplan: {error}", err=True)
        code = next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1)
        sys.exit(code)
    except BrokenPipeError:
        sys.stderr.close()
