"""A chain's graph as boxes and arrows from left to right, in bands that follow each other downwards. Pure.

The stages: layers (which node stands before which), columns (in which order, with room for labels and for arrows that
pass by), rows (how high), bands (where a long chain is broken), routes (the arrows). Sizes are CSS pixels.
"""

from __future__ import annotations

from dbt_ghost.core.drawing.measures import CALLED, Mark, Measures
from dbt_ghost.core.drawing.routes import Arrow, Box, Drawing, Label, Point, drawn

__all__ = ["CALLED", "Arrow", "Box", "Drawing", "Label", "Mark", "Measures", "Point", "drawn"]
