"""The care team's page of conversations: who waits for an answer, and the thread itself."""
