"""Charts as accessible SVG text, written by Python: the same for pages, reports and print."""

from groundplan.interfaces.charts.bars import Bin, draw_bars, draw_histogram
from groundplan.interfaces.charts.fan import draw_fan
from groundplan.interfaces.charts.figure import Chart, empty_chart, figure
from groundplan.interfaces.charts.maps import Tile, draw_map
from groundplan.interfaces.charts.ranges import Stated, draw_ranges
from groundplan.interfaces.charts.series import draw_series
from groundplan.interfaces.charts.sparks import draw_spark, write_spark

__all__ = [
    "Bin",
    "Chart",
    "Stated",
    "Tile",
    "draw_bars",
    "draw_fan",
    "draw_histogram",
    "draw_map",
    "draw_ranges",
    "draw_series",
    "draw_spark",
    "empty_chart",
    "figure",
    "write_spark",
]
