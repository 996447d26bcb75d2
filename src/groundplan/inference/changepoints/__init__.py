"""When a series of measurements changed its level, said so rarely in vain that one may listen."""
