from tests.local_aws import aws, aws_server, nobodys_aws

__all__ = ["aws", "aws_server", "nobodys_aws"]
