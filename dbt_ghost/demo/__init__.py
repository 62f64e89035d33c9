"""Floor 3: the whole story on one machine, told with the same commands a user types."""
