"""Where facts come from: one folder each."""
