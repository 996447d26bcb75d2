"""Notices: e-mail and chat posts that somebody said yes to, carried out once each."""
