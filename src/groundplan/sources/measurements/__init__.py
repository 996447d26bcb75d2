"""Measurements of KPIs: run here and over SSH, or brought along from a benchmark tool."""
