"""What units did."""
