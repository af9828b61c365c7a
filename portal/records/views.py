"""Addresses of the staff's pages about patients and of the administrator's about people."""

from portal.records import people_views

routes = [*people_views.routes]
