"""Progress as a terminal shows it, with rate and time left."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

from groundplan.terms.progress import Stage

QUIET_PRINT_SHARE = 0.25  # without a terminal, one line for each quarter of a stretch
WORTH_TELLING_S = 10.0


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        unit = task.fields.get("unit", "")
        return Text(f"{speed:,.0f} {unit}/s" if speed else "")


class Display:
    """Live bars on a terminal, a few plain lines elsewhere; both on standard error."""

    def __init__(self, quiet: bool) -> None:
        self._console = Console(stderr=True, quiet=quiet, highlight=False)
        self._bars: Bars | None = None
        self._open = 0

    def stage(self, name: str, total: int | None, unit: str) -> Stage:
        """A bar for one stretch of work."""
        if not self._console.is_terminal:
            return _Lines(self._console, name, total, unit)
        return _Bar(self, name, total, unit)

    def note(self, text: str) -> None:
        """One line for a person."""
        self._console.print(f"  note: {text}", markup=False)

    def bars(self) -> Bars:
        """The live display, started with its first bar."""
        if self._bars is None:
            self._bars = Bars(
                SpinnerColumn(finished_text="✓"),
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                _Rate(),
                TimeRemainingColumn(compact=True, elapsed_when_finished=True),
                console=self._console,
            )
            self._bars.start()
        self._open += 1
        return self._bars

    def release(self) -> None:
        """One bar fewer; the display ends with its last."""
        self._open -= 1
        if self._bars is not None and not self._open:
            self._bars.stop()
            self._bars = None


class _Bar:
    def __init__(self, display: Display, name: str, total: int | None, unit: str) -> None:
        self._display = display
        self._name = name
        self._total = total
        self._unit = unit
        self._bars: Bars | None = None
        self._task = TaskID(0)

    def advance(self, amount: int = 1) -> None:
        if self._bars is not None:
            self._bars.advance(self._task, amount)

    def __enter__(self) -> Stage:
        self._bars = self._display.bars()
        self._task = self._bars.add_task(self._name, total=self._total, unit=self._unit)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._display.release()


class _Lines:
    def __init__(self, console: Console, name: str, total: int | None, unit: str) -> None:
        self._console = console
        self._name = name
        self._total = total
        self._unit = unit
        self._done = 0
        self._said = 0.0
        self._began = monotonic()

    def advance(self, amount: int = 1) -> None:
        self._done += amount
        if not self._total:
            return
        share = self._done / self._total
        if share - self._said >= QUIET_PRINT_SHARE:
            self._said = share
            self._say(f"{share:.0%} of {self._total:,} {self._unit}{self._left()}")

    def _left(self) -> str:
        """Rate and time left, of what takes long enough that somebody wonders."""
        took_s = monotonic() - self._began
        if took_s < WORTH_TELLING_S or not self._total or self._done >= self._total:
            return ""
        rate = self._done / took_s
        left = timedelta(seconds=round((self._total - self._done) / rate))
        return f", {rate:,.1f} a second, {left} left"

    def _say(self, text: str) -> None:
        self._console.print(f"  {self._name}: {text}", markup=False)

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        return
