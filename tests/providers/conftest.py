from tests.local_aws import aws, aws_server, nobodys_aws, session, strict_aws, strict_aws_server

__all__ = ["aws", "aws_server", "nobodys_aws", "session", "strict_aws", "strict_aws_server"]
