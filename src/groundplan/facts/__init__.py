"""What happened: append-only columns, their kinds, and the ledger that keeps them."""
