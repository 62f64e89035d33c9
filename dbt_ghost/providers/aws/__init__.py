"""Amazon Web Services, one service a file. The only modules that speak boto3."""
