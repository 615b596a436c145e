"""Every router of the API, in the order of the OpenAPI document."""

from api.routers import auth, health, jobs, leads

ROUTERS = (
    health.router,
    auth.router,
    auth.me_router,
    leads.router,
    jobs.router,
)
