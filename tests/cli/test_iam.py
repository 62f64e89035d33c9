"""`ghost-ingest iam` as it is typed, on the demo's production."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from dbt_ghost.core.policies.statements import MANAGED_LIMIT
from dbt_ghost.demo import evidence
from dbt_ghost.demo.story import STATE_BUCKET
from dbt_ghost.providers.aws.session import Session
from tests.cli.typed import ghost_ingest

pytestmark = pytest.mark.usefixtures("production", "on_branch")

KNOWN = ("--github", "acme/flights:ghost", "--admin-role", "platform-admin")
NAMES = [
    *("dbt-ghost-flights-steps", "dbt-ghost-flights-tap"),
    *(f"dbt-ghost-flights-deployer-{part}" for part in ("look", "prod", "make", "data")),
    *(f"dbt-ghost-flights-guard-{part}" for part in ("where", "what", "how")),
    "dbt-ghost-flights-deployer.trust",
    f"{STATE_BUCKET}.policy",
]


def test_every_document_is_listed_with_its_length_and_the_reason_of_every_statement() -> None:
    said = ghost_ingest("iam", *KNOWN).stdout
    assert [name for name in NAMES if f"\n{name}  (" in f"\n{said}"] == NAMES
    assert f"of {MANAGED_LIMIT} characters)" in said
    assert "Deny   ChangeOnlyGhosts  Of production, what may be read is not changed\n" in said
    read = yaml.safe_load(said.partition("dbt_project.yml:\n")[2])
    assert read["ingestion"]["boundary"] == {"step": "dbt-ghost-flights-steps", "tap": "dbt-ghost-flights-tap"}


def test_the_documents_are_about_the_chain_that_was_found() -> None:
    found = json.loads(ghost_ingest("iam", *KNOWN, "--json").stdout)
    assert [each["name"] for each in found["documents"]] == NAMES
    prod = json.dumps(found["documents"][3]["document"])
    assert "function:flights-clean" in prod
    assert "arn:aws:s3:::flights-raw" in prod
    assert all(each["characters"] <= each["limit"] for each in found["documents"])


def test_production_is_left_alone(session: Session) -> None:
    before = evidence.documents(session, STATE_BUCKET)
    ghost_ingest("iam", *KNOWN)
    assert evidence.differences(before, evidence.documents(session, STATE_BUCKET)) == ()


def test_all_is_written_into_a_folder_and_once_more_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "iam"
    ghost_ingest("iam", *KNOWN, "--write", str(folder))
    first = {each.name: each.read_text() for each in folder.iterdir()}
    assert set(first) == {*(f"{name}.json" for name in NAMES), "cloudformation.json", "main.tf.json", "README.md"}
    (folder / ".terraform.lock.hcl").write_text("of Terraform's")
    ghost_ingest("iam", *KNOWN, "--write", str(folder))
    (folder / ".terraform.lock.hcl").unlink()
    assert {each.name: each.read_text() for each in folder.iterdir()} == first


def test_what_is_no_longer_part_of_it_goes(tmp_path: Path) -> None:
    release = "dbt-ghost-flights-release.json"
    ghost_ingest("iam", *KNOWN, "--release-github", "acme/flights:release", "--write", str(tmp_path / "iam"))
    assert (tmp_path / "iam" / release).exists()
    ghost_ingest("iam", *KNOWN, "--write", str(tmp_path / "iam"))
    assert not (tmp_path / "iam" / release).exists()


def test_a_folder_with_somebody_elses_file_is_left_as_it_is(tmp_path: Path) -> None:
    for name in ("README.md", "main.tf.json", "notes.txt"):
        folder = tmp_path / f"with {name}"
        folder.mkdir()
        (folder / name).write_text("mine")
        said = ghost_ingest("iam", *KNOWN, "--write", str(folder), exit_code=1).stderr
        assert f"did not write: {name}" in " ".join(said.split())
        assert [(each.name, each.read_text()) for each in folder.iterdir()] == [(name, "mine")]


CIS = (
    ("project_path:acme/flights", ("--gitlab", "gitlab.com/acme/flights")),
    ("project_path:acme/flights:ref_type:branch:ref:main", ("--gitlab", "git.acme.io/acme/flights@main")),
    ("ref_protected", ("--gitlab", "gitlab.com/acme/flights:protected")),
    ("repository_owner_id", ("--github", "acme/flights:ghost", "--repository-id", "1", "--owner-id", "2")),
    ("arn:aws:iam::111111111111:role/team-ci", ("--ci-role", "team-ci")),
)
WRONG = (
    ("by one of --github, --gitlab and --ci-role", ()),
    ("by one of --github, --gitlab and --ci-role", ("--github", "acme/flights:ghost", "--ci-role", "x")),
    ("at most one of", ("--ci-role", "x", "--release-role", "y", "--release-github", "acme/flights:r")),
    ("without wildcards", ("--github", "acme/*:ghost")),
    ("is not an environment of GitHub's", ("--github", "acme/flights")),
    ("is not a GitLab host", ("--gitlab", "acme/flights")),
    ("goes on after", ("--gitlab", "gitlab.com/acme/flights:protectedness")),
)


def test_ci_is_known_by_what_is_named_and_by_nothing_else() -> None:
    for told, words in CIS:
        found = json.loads(ghost_ingest("iam", *words, "--admin-role", "admin", "--json").stdout)
        trust = next(json.dumps(each["document"]) for each in found["documents"] if each["name"].endswith(".trust"))
        assert told in trust
        assert ("ref_protected" in trust) == (":protected" in words[1])


def test_what_nobody_could_be_known_by_is_wrong_usage() -> None:
    for told, words in WRONG:
        said = ghost_ingest("iam", *words, "--admin-role", "admin", exit_code=2).stderr
        assert told in " ".join(said.split())


def test_one_job_cannot_be_both() -> None:
    said = ghost_ingest("iam", *KNOWN, "--release-github", "acme/flights:ghost", exit_code=1).stderr
    assert "trust the same jobs" in said
