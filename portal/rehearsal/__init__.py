"""A rehearsal: virtual patients and staff on a simulated clock, under the clinic's real rules.

Nothing here touches the clinic's own database: a rehearsal makes one of its own and forgets it.
"""
