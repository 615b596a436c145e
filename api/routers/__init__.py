"""Every router of the API, in the order of the OpenAPI document."""

from api.routers import auth, health, imports, jobs, leads

ROUTERS = (
    health.router,
    auth.router,
    auth.me_router,
    leads.router,
    imports.router,
    jobs.router,
)
