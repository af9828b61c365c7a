"""Visits and calls: what a patient asks for, what is offered and held, what is booked."""
