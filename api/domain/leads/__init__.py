"""Leads: their flow, their facts, whom they are like."""
