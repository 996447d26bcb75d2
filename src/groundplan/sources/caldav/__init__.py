"""Calendars on CalDAV servers (RFC 4791): read, and the one place where Groundplan writes."""
