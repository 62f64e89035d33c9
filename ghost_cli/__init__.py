"""Floor 4: the `ghost-ingest` command line. Parses, asks and prints; decides nothing."""
