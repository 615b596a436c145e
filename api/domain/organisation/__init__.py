"""Towns, units and posts."""
