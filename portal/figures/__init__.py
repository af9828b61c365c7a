"""What the clinic's lead looks at: how flags and check-ins go, in counts that name nobody."""
