"""Word documents: how a paper that was filled in becomes a file."""
