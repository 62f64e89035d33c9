"""All files of a set-up, and what they are. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from dbt_ghost.core.policies.setup import POLICY, TRUST, Setup, documents
from dbt_ghost.core.policies.statements import Document
from dbt_ghost.core.policies.trusts import GitLab
from dbt_ghost.core.setup_files.cloudformation import MAKES_PROVIDER, cloudformation
from dbt_ghost.core.setup_files.terraform import terraform

ANY_BRANCH = """\
For jobs of any branch, GitLab's tokens must name none: set `ci_id_token_sub_claim_components` of the project to
`["project_path"]` by GitLab's API of projects.

"""
README, MARK = "README.md", "Written by `ghost-ingest iam`; it writes them anew when you run it again."


def files(setup: Setup) -> Mapping[str, str]:
    """Text by the file's name."""
    found = documents(setup)
    return {
        **{f"{name}.json": json.dumps(each.json, indent=2) + "\n" for name, each in found.items()},
        "cloudformation.json": cloudformation(setup),
        "main.tf.json": terraform(setup),
        README: _readme(setup, found),
    }


def lines_to_add(setup: Setup) -> str:
    """To `vars: ghost:` of dbt_project.yml."""
    return f"""\
ingestion:
  state_bucket: {setup.reach.state_bucket}
  boundary:
    step: {setup.step_boundary_name}
    tap: {setup.tap_boundary_name}
"""


def _readme(setup: Setup, found: Mapping[str, Document]) -> str:
    account, bucket, config = setup.reach.account, setup.reach.state_bucket, _indented(lines_to_add(setup))
    table = "\n".join(f"| `{name}.json` | {what} | {len(found[name].text)} |" for name, what in _what(setup))
    return f"""\
# What dbt-ghost needs in account {account.id}, {account.region}

{MARK}

An admin installs this once, with one of the two:

    aws cloudformation deploy --region {account.region} --stack-name {setup.prefix}setup \\
      --template-file cloudformation.json --capabilities CAPABILITY_NAMED_IAM
    terraform init && terraform apply

Take over a state bucket that exists already: by `terraform import aws_s3_bucket.state {bucket}`, or by
CloudFormation's import of `StateBucket`.

{_about_providers(setup)}Then add to `vars: ghost:` of dbt_project.yml:

{config}
Run `ghost-ingest iam` again, and install the difference, when production's chain gets a function, bucket, topic, prefix
or key more, or the settings name one: until then CI is refused it.

| file | what | characters |
|---|---|---|
{table}
| `cloudformation.json` | all of these, and the state bucket | |
| `main.tf.json` | the same for Terraform, which reads the files beside it | |
"""


def _what(setup: Setup) -> Iterator[tuple[str, str]]:
    yield setup.step_boundary_name, "permissions boundary of every step's role"
    yield setup.tap_boundary_name, "permissions boundary of the taps' roles"
    for role in setup.roles:
        who = "CI's deployer" if role == setup.deployer_name else "the release role"
        yield from ((name, f"managed policy of {who}") for name in setup.policies_of(role))
        yield f"{role}{TRUST}", f"who may be {who}"
    yield f"{setup.reach.state_bucket}{POLICY}", "policy of the state bucket"


def _about_providers(setup: Setup) -> str:
    if not setup.providers:
        return ""
    issuers = " and ".join(who.issuer for who in setup.providers.values())
    any_branch = [who for who in setup.roles.values() if isinstance(who, GitLab) and not who.branches]
    return (
        f"An account has one OIDC provider of each issuer. Where it has none yet ({issuers}),\n"
        f"add `--parameter-overrides {MAKES_PROVIDER}=yes`, or `-var makes_oidc_provider=true`.\n\n"
    ) + (ANY_BRANCH if any_branch else "")


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())
