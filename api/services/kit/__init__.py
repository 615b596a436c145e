"""What every service uses: the change of a status, rules and their clocks, masking, places."""
