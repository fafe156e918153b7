"""The workstation's own pages: Django looks for them here."""
from denimhub.workstation import admin_jobs, admin_outcomes, applications  # noqa: F401 - register their pages
