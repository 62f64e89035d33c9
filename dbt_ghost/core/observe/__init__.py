"""What a ghost shows of its branch: what differs from production, and whose doing it is. Pure."""
