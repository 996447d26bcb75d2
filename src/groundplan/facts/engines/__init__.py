"""The seam to query engines: each runs the same SQL text in the common subset."""
