"""Where things are kept: objects, the Delta lake, the serving table. The only code that knows boto3."""
