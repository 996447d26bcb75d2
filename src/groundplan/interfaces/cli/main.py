"""The command `groundplan`. Knows names and help texts only; a command's module loads on use."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

import click

from groundplan import __version__, practices
from groundplan.interfaces.codec.statuses import exit_code
from groundplan.terms.errors import GroundplanError

COMMANDS = "groundplan.interfaces.cli.commands"
MODULES = {
    "bench": "groundplan.interfaces.cli.bench",
    "ingest": "groundplan.interfaces.cli.ingesting",
    "calendar": "groundplan.interfaces.cli.calendars",
    "mcp": "groundplan.interfaces.cli.mcp",
    "simulate": "groundplan.interfaces.cli.simulating",
    "notices": "groundplan.interfaces.cli.notices",
    "sync": "groundplan.interfaces.cli.syncing",
    **dict.fromkeys(("run", "serve"), "groundplan.interfaces.cli.serving"),
    **dict.fromkeys(
        ("journal", "backup", "restore", "export", "import"), "groundplan.interfaces.cli.journals"
    ),
}
NAMES = {"export": "export_journal", "import": "import_journal"}  # other words are Python's own
HELP = {
    "run": "Read a repository and open its team page in the browser.",
    "ingest": "Read repositories and exports of work items into the workspace.",
    "report": "Write the team page as one self-contained HTML or Markdown file.",
    "ask": "Who knows this path, symbol or question, and what was written about it?",
    "check": "Compare the facts with git's own words, row by row.",
    "rebuild": "Drop the facts and read them again.",
    "bench": "Measure KPIs, and tell whether they can be trusted and got worse.",
    "serve": "Serve the pages of what was read before, also for a team.",
    "journal": "Verify what people said.",
    "backup": "Write the journal to a file while others go on writing.",
    "restore": "Fill an empty journal with a backup.",
    "export": "Write the journal as JSON Lines.",
    "import": "Fill an empty journal with JSON Lines.",
    "mcp": "Answer a model's tool calls on standard input and output.",
    "notices": "Send the e-mails and chat posts that somebody said yes to.",
    "sync": "Read hosts and trackers on the web, such as github:owner/name.",
    "calendar": "Write your focus blocks into a calendar of yours, or take them back.",
    "simulate": "Write a workspace of teams that never were, with effects that are known.",
}
EXPERIMENTS = "experiments"  # a room of its own, asked like a practice
BESIDE = {
    "signals": "Read single signals off the facts.",
    "team": "Read the team page.",
}


class Lazy(click.Group):
    """A group whose commands are imported when they are called, not when they are listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The fixed commands, what stands beside the practices, one for each practice."""
        return [*HELP, *BESIDE, *list_practices()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name in HELP:
            module = import_module(MODULES.get(cmd_name, COMMANDS))
            command: click.Command = getattr(module, NAMES.get(cmd_name, cmd_name))
            return command
        if cmd_name in self.list_commands(ctx):
            module = import_module("groundplan.interfaces.cli.asking")
            group: click.Command = module.use_case_group(cmd_name)
            return group
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List names and help without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([*HELP.items(), *BESIDE.items()])
        with formatter.section("Practices (groundplan NAME --help)"):
            formatter.write_text(", ".join(list_practices()))


def list_practices() -> list[str]:
    """The practices' names, by their folders, and experiments, without importing one."""
    folders = [module.name for module in iter_modules(practices.__path__) if module.ispkg]
    return sorted([*folders, EXPERIMENTS])


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
        sys.exit(exit_code(error))
    except BrokenPipeError:
        sys.stderr.close()
