"""Rewards for reports."""
