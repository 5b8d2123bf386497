"""The forms of the desk: they read what was typed, the actions decide what holds."""
