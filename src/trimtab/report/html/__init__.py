"""The report as a page: one file that asks nobody for anything, to forward and to print."""
