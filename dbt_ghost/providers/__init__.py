"""Floor 1: one outside party a file. Imports the core only."""
