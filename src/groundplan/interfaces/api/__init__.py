"""The HTTP API: a route for each use case."""
