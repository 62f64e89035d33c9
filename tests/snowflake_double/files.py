"""Files and what loads them: imports the modules that answer for stages, file formats, integrations, COPY and pipes."""

from tests.snowflake_double import integrations, loading, pipes, stages

__all__ = ["integrations", "loading", "pipes", "stages"]
