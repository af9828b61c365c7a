"""Where the first page leads, and help."""

from portal.dashboard import help

routes = [*help.routes]
