"""Terms, calendars, clocks and who decides."""
