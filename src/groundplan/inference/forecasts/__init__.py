"""How many by a date, and when for so many: promises that come true as often as they say."""
