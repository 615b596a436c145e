"""Cases and their victims."""
