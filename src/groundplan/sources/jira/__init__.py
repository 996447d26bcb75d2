"""Jira, on Cloud or a server of one's own: issues with their changes, sprints and versions."""
