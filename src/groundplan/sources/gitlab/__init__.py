"""GitLab, of everybody or one's own: merge requests, issues, CI, deployments and releases."""
