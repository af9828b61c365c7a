"""What a file must be, and where it is kept. Knows of no conversation."""
