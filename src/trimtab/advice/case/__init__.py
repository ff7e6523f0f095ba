"""A case: a service as deployed or as proposed, the objective it is held to, and what its replay gave."""
