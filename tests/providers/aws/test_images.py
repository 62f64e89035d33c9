"""A tag stands for one image, known by its digest."""

from __future__ import annotations

import json

import pytest

from dbt_ghost.core.errors import Denied, GhostError, NotFound, Refused
from dbt_ghost.core.step_code import ImageUri
from dbt_ghost.providers.aws.images import INDEXES, AwsImages
from dbt_ghost.providers.aws.session import Session
from tests.local_aws import PROD_ACCOUNT, REGION
from tests.providers.aws.stubbed import answers

REPOSITORY = f"{PROD_ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/team/clean"
TAGGED = ImageUri.of(f"{REPOSITORY}:v2")
DIGEST = f"sha256:{'0f' * 32}"
SINGLE = "application/vnd.oci.image.manifest.v1+json"


def pushed(session: Session, tag: str, layer: str) -> str:
    manifest = json.dumps({"schemaVersion": 2, "mediaType": SINGLE, "layers": [layer]})
    answer = session.client("ecr").put_image(
        repositoryName="team/clean", imageManifest=manifest, imageManifestMediaType=SINGLE, imageTag=tag
    )
    return str(answer["image"]["imageId"]["imageDigest"])


@pytest.fixture
def images(session: Session) -> AwsImages:
    session.client("ecr").create_repository(repositoryName="team/clean")
    return AwsImages(session)


def test_a_tag_is_the_digest_that_it_has_now(session: Session, images: AwsImages) -> None:
    other, first = pushed(session, "v1", "other"), pushed(session, "v2", "first")
    assert images.digest(TAGGED) == first
    second = pushed(session, "v2", "second")
    assert images.digest(TAGGED) == second
    assert len({other, first, second}) == 3


def test_a_digest_is_looked_up_too(session: Session, images: AwsImages) -> None:
    pushed(session, "v1", "other")
    digest = pushed(session, "v2", "first")
    assert images.digest(ImageUri.of(f"{REPOSITORY}@{digest}")) == digest
    with pytest.raises(NotFound, match="does not exist"):
        images.digest(ImageUri.of(f"{REPOSITORY}@{DIGEST}"))


@pytest.mark.parametrize("uri", [f"{REPOSITORY}:v3", f"{REPOSITORY}-other:v2"])
def test_an_image_that_was_not_pushed_is_not_found(images: AwsImages, uri: str) -> None:
    with pytest.raises(NotFound, match="does not exist") as missing:
        images.digest(ImageUri.of(uri))
    assert "push it" in missing.value.hint


@pytest.mark.parametrize("code", ["ImageNotFoundException", "RepositoryNotFoundException"])
def test_so_says_aws_by_an_error(code: str) -> None:
    with answers("ecr") as session:
        session.fail("ecr.describe_images", code)
        with pytest.raises(NotFound):
            AwsImages(session).digest(TAGGED)


def test_the_registry_of_the_images_own_account_is_asked() -> None:
    with answers("ecr") as session:
        session.say(
            "ecr.describe_images",
            {"imageDetails": [{"imageDigest": DIGEST, "imageManifestMediaType": SINGLE}]},
            registryId="222222222222",
            repositoryName="clean",
            imageIds=[{"imageTag": "v2"}],
        )
        image = ImageUri.of(f"222222222222.dkr.ecr.{REGION}.amazonaws.com/clean:v2")
        assert AwsImages(session).digest(image) == DIGEST


def test_a_denied_look_is_not_an_absent_image() -> None:
    with answers("ecr") as session:
        session.fail("ecr.describe_images", "AccessDeniedException")
        with pytest.raises(Denied, match="looking for image"):
            AwsImages(session).digest(TAGGED)


def test_another_error_of_aws_stays_what_it_is() -> None:
    with answers("ecr") as session:
        session.fail("ecr.describe_images", "ServerException", "try later")
        with pytest.raises(GhostError, match="ServerException: try later") as failed:
            AwsImages(session).digest(TAGGED)
        assert not isinstance(failed.value, NotFound)


@pytest.mark.parametrize("media_type", sorted(INDEXES))
def test_an_index_of_several_platforms_is_refused(media_type: str) -> None:
    with answers("ecr") as session:
        details = {"imageDigest": DIGEST, "imageManifestMediaType": media_type}
        session.say("ecr.describe_images", {"imageDetails": [details]})
        with pytest.raises(Refused, match="Lambda takes a single one") as refused:
            AwsImages(session).digest(TAGGED)
        assert "--provenance=false" in refused.value.hint


@pytest.mark.parametrize("status", ["ARCHIVED", "ACTIVATING"])
def test_an_archived_image_is_refused(status: str) -> None:
    with answers("ecr") as session:
        details = {"imageDigest": DIGEST, "imageManifestMediaType": SINGLE, "imageStatus": status}
        session.say("ecr.describe_images", {"imageDetails": [details]})
        with pytest.raises(Refused, match="is archived"):
            AwsImages(session).digest(TAGGED)
