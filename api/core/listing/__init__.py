"""Pages of rows: order, filters, totals, search."""
