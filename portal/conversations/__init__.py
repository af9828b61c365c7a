"""Patients and their care team talk; staff keep notes of their own beside it."""
