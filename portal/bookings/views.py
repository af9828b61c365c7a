"""All addresses of bookings."""

from starlette.routing import Route

from portal.bookings import asking, patient_views, staff_views

routes: list[Route] = [*asking.routes, *patient_views.routes, *staff_views.routes]
