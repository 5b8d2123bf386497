"""Reading goals: the sets of somebody's units, how measures stand, and what the office knows of its customers."""
