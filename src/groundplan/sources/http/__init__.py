"""What every source on the web stands on: one client, and the turn from replies to facts."""
