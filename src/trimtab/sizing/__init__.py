"""Demand to task size: candidates, their cost, and a typed reason for the one chosen."""
