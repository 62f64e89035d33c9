"""The table of the deployer's calls has every operation that the command's code names, and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from dbt_ghost.core.policies.calls_of_deployer import WITHHELD, actions
from tests.core.policies.operations import OPERATIONS, lacking

ROOT = Path(__file__).parents[3] / "dbt_ghost"
FILES = [*sorted((ROOT / "providers" / "aws").glob("*.py")), ROOT / "tap" / "staging.py"]
"""All of boto3 that the command uses: the floors forbid it elsewhere."""

GIVEN = {"staging.py": ("s3",), "seeds.py": ("s3",)}
"""Files that are given a client."""

BY_TRANSFER = ("CreateMultipartUpload", "UploadPartCopy", "CompleteMultipartUpload", "AbortMultipartUpload")
"""What boto3's own `copy` calls besides."""


def operations_in(file: Path) -> Iterator[str]:
    """Those whose method's name stands in the file, of the services whose clients it makes."""
    tree = ast.parse(file.read_text())
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for service in {*_clients(tree), *GIVEN.get(file.name, ())}:
        model = botocore.session.get_session().get_service_model(service)
        yield from (f"{service}.{name}" for name in model.operation_names if xform_name(name) in names | texts)
    if file.name == "staging.py":
        yield from (f"s3.{name}" for name in BY_TRANSFER)


def _clients(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "client":
            yield from (each.value for each in node.args if isinstance(each, ast.Constant))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_table_has_every_operation_that_the_code_names(file: Path) -> None:
    assert lacking(operations_in(file)) == []


def test_no_operation_and_no_action_is_known_that_no_code_uses() -> None:
    used = {operation for file in FILES for operation in operations_in(file)}
    assert sorted(set(OPERATIONS) - used) == []
    needed = {action for operation in used for action in OPERATIONS[operation]}
    assert sorted({*actions(), *WITHHELD} - needed) == []


def test_a_call_that_is_not_in_the_table_is_told(tmp_path: Path) -> None:
    file = tmp_path / "buckets.py"
    file.write_text('def put(session):\n    session.client("s3").put_bucket_acl(Bucket="x")\n')
    assert lacking(operations_in(file)) == ["s3.PutBucketAcl: not known"]
