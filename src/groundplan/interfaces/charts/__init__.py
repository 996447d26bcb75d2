"""Charts as accessible SVG text, written by Python: the same for pages, reports and print."""

from groundplan.interfaces.charts.arrivals import draw_arrivals
from groundplan.interfaces.charts.bars import Bin, draw_bars, draw_histogram, draw_shares
from groundplan.interfaces.charts.events import draw_events
from groundplan.interfaces.charts.fan import draw_fan
from groundplan.interfaces.charts.figure import Chart, empty_chart, figure
from groundplan.interfaces.charts.levels import draw_levels
from groundplan.interfaces.charts.maps import Tile, draw_map
from groundplan.interfaces.charts.placebos import draw_placebos
from groundplan.interfaces.charts.power import draw_power
from groundplan.interfaces.charts.ranges import Stated, draw_ranges
from groundplan.interfaces.charts.series import draw_series
from groundplan.interfaces.charts.sparks import draw_spark, write_spark
from groundplan.interfaces.charts.topics import draw_topics
from groundplan.interfaces.charts.verdict import draw_verdict

__all__ = [
    "Bin",
    "Chart",
    "Stated",
    "Tile",
    "draw_arrivals",
    "draw_bars",
    "draw_events",
    "draw_fan",
    "draw_histogram",
    "draw_levels",
    "draw_map",
    "draw_placebos",
    "draw_power",
    "draw_ranges",
    "draw_series",
    "draw_shares",
    "draw_spark",
    "draw_topics",
    "draw_verdict",
    "empty_chart",
    "figure",
    "write_spark",
]
