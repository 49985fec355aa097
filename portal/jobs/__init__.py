"""The job queue: procrastinate on the portal's own database, so that a job and its rows share a commit."""
