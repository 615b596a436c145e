"""Cases and victims."""
