"""Forms of goals."""
