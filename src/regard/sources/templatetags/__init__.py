"""Template tags of sources."""
