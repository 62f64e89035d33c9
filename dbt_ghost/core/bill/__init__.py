"""What a ghost costs: prices, what it used or is expected to use, and the bill of that. Pure."""
