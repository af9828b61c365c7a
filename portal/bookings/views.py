"""All addresses of bookings."""

from starlette.routing import Route

from portal.bookings import asking, dose_views, patient_views, staff_views

PARTS = (asking, patient_views, staff_views, dose_views)
routes: list[Route] = [route for part in PARTS for route in part.routes]
