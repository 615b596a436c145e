"""Settings, clock, keys, ids: what knows of nothing else."""
