"""One folder a practice, all of one shape."""
