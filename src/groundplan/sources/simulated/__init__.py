"""Teams that never were, of which everything is known: size and power of studies, and a demo."""
