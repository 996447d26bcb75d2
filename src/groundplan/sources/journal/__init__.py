"""Work that is typed into Groundplan itself, so that a team without a tracker has items too."""
