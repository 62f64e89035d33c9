"""The code of the tap, which runs inside Lambda: standard library and boto3 only."""
