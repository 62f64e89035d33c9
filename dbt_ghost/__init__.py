"""dbt-ghost: for every git branch, a live fork of the production data flow.

dbt imports every installed top-level module named `dbt_*` when it starts, so importing this one has no side
effects and imports nothing.
"""

__version__ = "0.1.0"
