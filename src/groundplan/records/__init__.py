"""What people said: one append-only journal."""
