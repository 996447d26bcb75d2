"""One file a signal, one reading each."""
