"""Calendars: iCalendar files and links (RFC 5545), and calendars on CalDAV servers (RFC 4791)."""
