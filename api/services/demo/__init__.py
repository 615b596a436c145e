"""The demonstration town, made through the same services as everything else."""
