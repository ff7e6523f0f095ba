"""Kinds of policy with a search of their own, beside the steps that are drawn."""
