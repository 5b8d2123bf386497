"""One file per silo of the demo county: each writes its file as that system would export it."""
