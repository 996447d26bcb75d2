"""Where knowledge is thin: areas as tiles, large by files, marked by how few people know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from groundplan.interfaces.charts.figure import Chart, empty_chart, frame_svg
from groundplan.interfaces.charts.svg import hatch, percent, shorten, tag

_COLUMNS = ("Area", "Files", "People who know it")
_ASPECT = 2.0  # width to height that the tiles are laid out for
_NARROW_PX, _LETTER_PX = 320.0, 6.6  # the narrowest map; a letter's width


@dataclass(frozen=True, slots=True)
class Tile:
    """One area: `known_by` people, None if that is not known; marked: what the map is about."""

    name: str
    files: int
    known_by: int | None
    href: str | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float


def draw_map(
    key: str,
    title: str,
    tiles: Sequence[Tile],
    *,
    most: int = 40,
    height: float = 360,
    roomy_px: float = 900,
) -> Chart:
    """How many people know each area [people]; a tile's surface is its number of files.

    roomy_px: how wide it is on a wide page [pixels], so that only labels with room are written.
    One person is hatched and outlined as well as coloured, so that colour is not needed.
    """
    sized = sorted((t for t in tiles if t.files > 0), key=lambda t: (-t.files, t.name))
    if not sized:
        return empty_chart(key, title, "There are no areas with files yet.", _COLUMNS)
    shown = [tile for nr, tile in enumerate(sized) if nr < most or tile.marked]
    boxes = lay_out([float(tile.files) for tile in shown])
    marks = [
        _tile(key, nr, tile, box, height, roomy_px)
        for nr, (tile, box) in enumerate(zip(shown, boxes, strict=True))
    ]
    conclusion = _conclude(sized)
    svg = frame_svg(key, title, f"Treemap. {conclusion}", height, hatch(key), *marks)
    note = f"The {len(shown)} largest of {len(sized)} areas." if len(shown) < len(sized) else ""
    rows = tuple((t.name, f"{t.files:,}", _say_people(t.known_by)) for t in sized)
    return Chart(key, title, conclusion, svg, _COLUMNS, rows, note)


def lay_out(sizes: Sequence[float]) -> list[_Box]:
    """Squarified treemap (Bruls, Huizing and van Wijk 2000): boxes in shares of the whole.

    sizes: positive, largest first; the boxes' surfaces are proportional to them and fill all.
    """
    boxes: list[_Box] = []
    free = _Box(0, 0, _ASPECT, 1)
    total = sum(sizes)
    areas = [size / total * _ASPECT for size in sizes]
    start = 0
    while start < len(areas):
        side = min(free.width, free.height)
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(
            areas[start:end], side
        ):
            end += 1
        row, free = _lay_row(areas[start:end], free, last=end == len(areas))
        boxes += row
        start = end
    return [_Box(b.x / _ASPECT, b.y, b.width / _ASPECT, b.height) for b in boxes]


def _worst(row: Sequence[float], side: float) -> float:
    total = sum(row)
    return max(side * side * max(row) / (total * total), total * total / (side * side * min(row)))


def _lay_row(row: Sequence[float], free: _Box, *, last: bool) -> tuple[list[_Box], _Box]:
    total, boxes = sum(row), []
    if free.width >= free.height:
        thick = free.width if last else min(free.width, total / free.height)
        y = free.y
        for area in row:
            tall = free.height * area / total
            boxes.append(_Box(free.x, y, thick, tall))
            y += tall
        return boxes, _Box(free.x + thick, free.y, max(0.0, free.width - thick), free.height)
    thick = free.height if last else min(free.height, total / free.width)
    x = free.x
    for area in row:
        wide = free.width * area / total
        boxes.append(_Box(x, free.y, wide, thick))
        x += wide
    return boxes, _Box(free.x, free.y + thick, free.width, max(0.0, free.height - thick))


def _tile(key: str, nr: int, tile: Tile, box: _Box, height: float, roomy_px: float) -> Markup:
    label = f"{tile.name}: {tile.files:,} files, known by {_say_people(tile.known_by)}"
    tall = box.height * height
    marks = [
        tag("title", label),
        tag("rect", x=1, y=1, width="100%", height="100%", class_=f"ch-tile {_level(tile)}"),
    ]
    if tile.known_by is not None and tile.known_by <= 1:
        marks.append(tag("rect", x=1, y=1, width="100%", height="100%", fill=f"url(#{key}-hatch)"))
    people = _say_people(tile.known_by)
    if tall >= 24 and (room := _room(tile.name, box, roomy_px)) is not None:
        marks.append(tag("text", shorten(tile.name, 30), x=8, y=18, class_=f"ch-name{room}"))
        if tall >= 42 and (below := _room(people, box, roomy_px)) is not None:
            marks.append(tag("text", people, x=8, y=34, class_=f"ch-tick{room or below}"))
    inner = tag(
        "svg",
        *marks,
        x=percent(box.x),
        y=box.y * height,
        width=percent(box.width),
        height=tall,
        class_="ch-clip ch-marked" if tile.marked else "ch-clip",
    )
    if tile.href:
        return tag(
            "a",
            inner,
            href=tile.href,
            aria_label=label,
            class_="ch-point",
            tabindex="0" if nr == 0 else "-1",
        )
    return tag(
        "g",
        inner,
        class_="ch-point",
        tabindex="0" if nr == 0 else "-1",
        role="img",
        aria_label=label,
    )


def _room(text: str, box: _Box, roomy_px: float) -> str | None:
    """The class of a label: none if it fits on a phone, roomy if only on a wide page, else None."""
    need = _LETTER_PX * min(len(text), 30) + 12
    if need <= box.width * _NARROW_PX:
        return ""
    return " ch-roomy" if need <= box.width * roomy_px else None


def _level(tile: Tile) -> str:
    if tile.known_by is None:
        return "ch-k-unknown"
    return f"ch-k{sum(tile.known_by >= least for least in (1, 2, 3, 6))}"


def _say_people(count: int | None) -> str:
    if count is None:
        return "not known"
    return "1 person" if count == 1 else "nobody" if count == 0 else f"{count:,} people"


def _conclude(tiles: Sequence[Tile]) -> str:
    files = sum(t.files for t in tiles)
    for tile in tiles:
        if tile.marked:
            share = f"{tile.files:,} of {files:,} files ({tile.files / files:.0%})"
            return f"{tile.name} holds {share}; known by {_say_people(tile.known_by)}."
    thin = [t for t in tiles if t.known_by is not None and t.known_by <= 1]
    if not thin:
        return f"None of the {len(tiles):,} areas depends on a single person."
    return _say_thin(tiles, thin, files)


def _say_thin(tiles: Sequence[Tile], thin: Sequence[Tile], files: int) -> str:
    held = sum(t.files for t in thin)
    depend = "depends" if len(thin) == 1 else "depend"
    return (
        f"{len(thin):,} of {len(tiles):,} areas {depend} on one person or nobody; "
        f"they hold {held:,} of {files:,} files ({held / files:.0%})."
    )
