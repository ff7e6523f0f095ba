"""Answers, wherever they come from, understood as a fleet."""
