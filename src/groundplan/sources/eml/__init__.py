"""Requests that came as e-mail, one saved message at a time."""
