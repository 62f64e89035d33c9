from tests.local_aws import aws, aws_server, nobodys_aws, session

__all__ = ["aws", "aws_server", "nobodys_aws", "session"]
