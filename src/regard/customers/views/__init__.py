"""Pages about customers."""
