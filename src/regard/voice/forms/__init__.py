"""Forms of voice."""
