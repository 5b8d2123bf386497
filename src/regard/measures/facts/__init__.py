"""Facts: what measures are computed from, derived from the office's database and rebuildable at any time.

`layout` says what a fact is, `fold` and `rows` work it out, `source` reads, `store` keeps, `refresh` does all of it.
"""
