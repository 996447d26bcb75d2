"""Redmine: issues with their journals, relations, working time and versions."""
