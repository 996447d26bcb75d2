"""GitHub, of everybody or one's own: pull requests, issues, CI, deployments and releases."""
