"""Ways in: who may sign in how, and what tells us on the next request who it is."""
