"""Risk entities, their inspections and rectifications."""
