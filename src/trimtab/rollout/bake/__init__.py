"""After a move: watched for a while against its own record, and taken back where it is worse."""
