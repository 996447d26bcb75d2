"""How people reach Groundplan; HTTP and exit codes exist only here."""
