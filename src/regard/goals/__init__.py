"""Goals that cannot be met by serving people worse."""
