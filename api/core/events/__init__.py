"""What happened and what follows: events, the queue, where strangers come from."""
