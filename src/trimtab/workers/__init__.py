"""Who searches services: processes of this machine, or the workers of a Dask cluster."""
