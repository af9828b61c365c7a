"""A telemedicine portal for at-home ketamine infusion care."""

__version__ = "0.1.0"
