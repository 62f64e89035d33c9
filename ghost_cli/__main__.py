"""`python -m ghost_cli` is `ghost-ingest`."""

from ghost_cli.main import main

main()
