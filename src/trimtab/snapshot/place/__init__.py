"""Where a snapshot lies: a folder of this machine, or one of a bucket in S3."""
