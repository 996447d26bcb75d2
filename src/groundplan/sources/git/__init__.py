"""Facts from a git repository, read without writing into it."""
