"""Groundplan: an engineering team's facts turned into practices, every claim calibrated."""

__version__ = "0.1.0"
