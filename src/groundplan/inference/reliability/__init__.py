"""Whether a measurement can be trusted: where its noise comes from, and what it can see."""
