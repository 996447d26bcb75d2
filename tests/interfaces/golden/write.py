"""Writes the golden charts anew: `python -m tests.interfaces.golden.write`. Look at them first."""

from tests.interfaces.test_charts import CHARTS, GOLDEN, figure

if __name__ == "__main__":
    for name, chart in CHARTS.items():
        drawn = str(figure(chart)).replace("><", ">\n<") + "\n"
        (GOLDEN / f"{name}.html").write_text(drawn, encoding="utf-8")
