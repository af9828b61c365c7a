"""Telling people that something waits for them: in the page, by mail, by push."""
