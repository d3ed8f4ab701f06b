"""Renders shared out over several machines with dask.distributed; nothing else of ours imports it or its doors."""
