"""How AWS is asked: a contract, and a connection through boto3."""
