"""Floor 2: verbs. They take frozen values and reach the world through the protocols of `world.py`."""
