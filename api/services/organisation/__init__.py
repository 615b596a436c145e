"""Towns, units, posts and people, and how they log in."""
