"""Addresses of the staff's pages about patients and of the administrator's about people."""

from portal.records import patient_views, people_views

routes = [*patient_views.routes, *people_views.routes]
