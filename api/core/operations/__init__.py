"""Running an installation: processes, backup, rotation of keys."""
