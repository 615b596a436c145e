"""What every part of the law book uses: labels, errors, flows, rights."""
