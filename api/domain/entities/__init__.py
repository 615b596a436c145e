"""Risk entities, inspections, rectifications."""
