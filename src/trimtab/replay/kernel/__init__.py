"""The replay's rules over arrays: plain Python, compiled by numba from the same source."""
