"""Addresses of the staff's pages about patients and of the administrator's about people."""

from portal.records import details_views, patient_views, people_views, plan_views

routes = [
    *patient_views.routes,
    *details_views.routes,
    *plan_views.routes,
    *people_views.routes,
]
