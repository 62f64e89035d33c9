"""Container images in ECR: which one a tag stands for. Everything here reads."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from dbt_ghost.core.errors import NotFound, Refused
from dbt_ghost.core.step_code import ImageUri
from dbt_ghost.providers.aws.session import Session, code_of, friendly_errors

ABSENT = {"ImageNotFoundException", "RepositoryNotFoundException"}
INDEXES = {
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
}
"""What names several images, one a platform: Lambda refuses such a one."""


class AwsImages:
    """`operations.world.Images` on AWS."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def digest(self, image: ImageUri) -> str:
        found = self._found(image)
        if found.get("imageManifestMediaType") in INDEXES:
            raise Refused(
                f"image {image.text} is an index of several platforms' images, and Lambda takes a single one",
                "build it for the function's architecture alone: `docker build --platform ... --provenance=false`",
            )
        if found.get("imageStatus", "ACTIVE") != "ACTIVE":
            raise Refused(f"image {image.text} is archived, so nothing can run it", "restore it, or push it again")
        return str(found["imageDigest"])

    def _found(self, image: ImageUri) -> dict[str, Any]:
        which = {"imageDigest": image.digest} if image.digest else {"imageTag": image.tag}
        with friendly_errors(f"looking for image {image.text}"):
            try:
                answer = self._session.client("ecr").describe_images(
                    registryId=image.account, repositoryName=image.repository, imageIds=[which]
                )
            except ClientError as error:
                if code_of(error) not in ABSENT:
                    raise
                answer = {"imageDetails": []}
        if not answer["imageDetails"]:
            raise NotFound(f"image {image.text} does not exist", "push it first, or correct `code:` of the step")
        details: dict[str, Any] = answer["imageDetails"][0]
        return details
