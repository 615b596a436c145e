"""What speaks of several nouns at once: timeline, feed, duties, figures, attachments."""
