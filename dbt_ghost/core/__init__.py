"""Floor 0: pure decisions over frozen values. Imports the standard library, pydantic and PyYAML only."""
