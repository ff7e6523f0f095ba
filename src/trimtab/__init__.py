"""Right-size an ECS Fargate fleet by its recorded demand, and prove it. Start in ``pipeline.py``."""
