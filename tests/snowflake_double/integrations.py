"""Storage integrations and external volumes: `account.of_kind("INTEGRATION")`, `account.of_kind("EXTERNAL VOLUME")`.

Properties of an INTEGRATION: enabled, provider, role_arn, external_id, allowed and blocked (lists of URLs; allowed may
be ["*"]). Of an EXTERNAL VOLUME: locations (list of options), allow_writes. Only storage integrations for S3 are
modelled.
"""

from __future__ import annotations

import json
import re

from tests.snowflake_double import errors, making, rights, showing
from tests.snowflake_double.catalog import Securable
from tests.snowflake_double.clauses import Clauses, Options, listed, said, truth
from tests.snowflake_double.names import ANY_NAME
from tests.snowflake_double.router import statement
from tests.snowflake_double.rows import Rows
from tests.snowflake_double.session import Session

SNOWFLAKES_USER = "arn:aws:iam::999999999999:user/double-s"
OPTIONS = (
    *("TYPE", "STORAGE_PROVIDER", "STORAGE_AWS_ROLE_ARN", "ENABLED", "STORAGE_ALLOWED_LOCATIONS", "COMMENT"),
    *("STORAGE_BLOCKED_LOCATIONS", "STORAGE_AWS_EXTERNAL_ID"),
)
PROPERTIES = ("property", "property_type", "property_value", "property_default")


def allows(integration: Securable, url: str) -> bool:
    """May a stage on this integration be at (or read) the URL? A location stands for everything that starts with it."""
    allowed, blocked = integration.properties["allowed"], integration.properties["blocked"]
    if any(url.startswith(location) for location in blocked):
        return False
    return "*" in allowed or any(url.startswith(location) for location in allowed)


def usable(session: Session, name: str) -> Securable:
    """The integration, if the session may use it."""
    found = session.account.of_kind("INTEGRATION").get(name)
    if found is None or not session.can("USAGE", found):
        raise errors.does_not_exist("Integration", name)
    return found


def check_location(integration: Securable, url: str) -> None:
    if not integration.properties["enabled"]:
        raise errors.invalid(f"Integration '{integration.name}' is not enabled.")
    if not allows(integration, url):
        raise errors.invalid(
            f"Location '{url}' is not allowed by integration '{integration.name}'. "
            "Please use DESC INTEGRATION to check out allowed and blocked locations."
        )


@statement(
    r"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?STORAGE\s+INTEGRATION\s+(?P<unless>IF\s+NOT\s+EXISTS\s+)?(?P<rest>.*)"
)
def create_integration(session: Session, match: re.Match[str]) -> Rows:
    clauses = Clauses(match["rest"])
    name = clauses.identifier()
    options = clauses.options(OPTIONS)
    clauses.end()
    held = session.account.of_kind("INTEGRATION")
    if match["unless"] and name in held:
        return Rows.status(f"{name} already exists, statement succeeded.")
    if match["replace"] and name in held:
        if not session.can("OWNERSHIP", held[name]):
            raise errors.insufficient("integration", name)
        del held[name]
    making.needs_account(session, "CREATE INTEGRATION", "INTEGRATION", name)
    if said(options, "TYPE").upper() != "EXTERNAL_STAGE" or said(options, "STORAGE_PROVIDER").upper() != "S3":
        raise errors.unmodelled("storage integrations other than TYPE = EXTERNAL_STAGE, STORAGE_PROVIDER = 'S3'")
    for required in ("STORAGE_AWS_ROLE_ARN", "ENABLED", "STORAGE_ALLOWED_LOCATIONS"):
        if required not in options:
            raise errors.syntax(f"Missing option(s): [{required}]")
    made = Securable(kind="INTEGRATION", name=name, owner=session.role, properties={"blocked": [], "external_id": ""})
    _set(made, options)
    made.properties["external_id"] = made.properties["external_id"] or f"DOUBLE_SFCRole=1_{id(made)}"
    held[name] = made
    rights.created(session.account, made)
    return Rows.status(f"Integration {name} successfully created.")


def _set(integration: Securable, options: Options) -> None:
    """A list that is set replaces the one before: there is no way to add a location (F 8.7)."""
    held = integration.properties
    held["provider"] = "S3"
    held["enabled"] = truth(options, "ENABLED", bool(held.get("enabled")))
    held["role_arn"] = said(options, "STORAGE_AWS_ROLE_ARN", held.get("role_arn", ""))
    held["external_id"] = said(options, "STORAGE_AWS_EXTERNAL_ID", held["external_id"])
    integration.comment = said(options, "COMMENT", integration.comment)
    for key, option in (("allowed", "STORAGE_ALLOWED_LOCATIONS"), ("blocked", "STORAGE_BLOCKED_LOCATIONS")):
        if option in options:
            held[key] = listed(options, option)
            if any("*" in location for location in held[key] if location != "*"):
                raise errors.invalid(f"invalid location in {option}: a wildcard stands alone or not at all")


@statement(r"ALTER\s+(?:STORAGE\s+)?INTEGRATION\s+(?P<if>IF\s+EXISTS\s+)?(?P<rest>.*)")
def alter_integration(session: Session, match: re.Match[str]) -> None:
    clauses = Clauses(match["rest"])
    name = clauses.identifier()
    if match["if"] and name not in session.account.of_kind("INTEGRATION"):
        return
    found = making.account_item(session, "INTEGRATION", name)
    if not session.can("OWNERSHIP", found):
        raise errors.insufficient("integration", name)
    if clauses.accept("UNSET", "STORAGE_BLOCKED_LOCATIONS"):
        found.properties["blocked"] = []
    else:
        clauses.expect("SET")
        _set(found, clauses.options([option for option in OPTIONS if option not in ("TYPE", "STORAGE_PROVIDER")]))
    clauses.end()


@statement(rf"DESC(?:RIBE)?\s+(?:STORAGE\s+)?INTEGRATION\s+(?P<name>{ANY_NAME})")
def describe_integration(session: Session, match: re.Match[str]) -> Rows:
    found = usable(session, Clauses(match["name"]).identifier())
    held = found.properties
    rows = [
        ("ENABLED", "Boolean", str(held["enabled"]).lower(), "false"),
        ("STORAGE_PROVIDER", "String", held["provider"], ""),
        ("STORAGE_ALLOWED_LOCATIONS", "List", ",".join(held["allowed"]), "[]"),
        ("STORAGE_BLOCKED_LOCATIONS", "List", ",".join(held["blocked"]), "[]"),
        ("STORAGE_AWS_IAM_USER_ARN", "String", SNOWFLAKES_USER, ""),
        ("STORAGE_AWS_ROLE_ARN", "String", held["role_arn"], ""),
        ("STORAGE_AWS_EXTERNAL_ID", "String", held["external_id"], ""),
        ("COMMENT", "String", found.comment, ""),
    ]
    return Rows(PROPERTIES, rows)


def _integrations(session: Session) -> list[Securable]:
    return list(session.account.of_kind("INTEGRATION").values())


for _plural in ("INTEGRATIONS", "STORAGE INTEGRATIONS"):
    showing.show_account_items(
        _plural,
        _integrations,
        ("name", "type", "category", "enabled", "comment", "created_on"),
        lambda _, i: (i.name, "EXTERNAL_STAGE", "STORAGE", str(i.properties["enabled"]).lower(), i.comment, i.created),
    )
making.account_drops("INTEGRATION", r"(?:STORAGE\s+)?INTEGRATION")


@statement(r"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?EXTERNAL\s+VOLUME\s+(?P<unless>IF\s+NOT\s+EXISTS\s+)?(?P<rest>.*)")
def create_volume(session: Session, match: re.Match[str]) -> Rows:
    clauses = Clauses(match["rest"])
    name = clauses.identifier()
    options = clauses.options(("STORAGE_LOCATIONS", "ALLOW_WRITES", "COMMENT"))
    clauses.end()
    held = session.account.of_kind("EXTERNAL VOLUME")
    if match["unless"] and name in held:
        return Rows.status(f"{name} already exists, statement succeeded.")
    if match["replace"]:
        raise errors.unmodelled("CREATE OR REPLACE EXTERNAL VOLUME")
    making.needs_account(session, "CREATE EXTERNAL VOLUME", "EXTERNAL VOLUME", name)
    locations = options.get("STORAGE_LOCATIONS")
    if not isinstance(locations, list) or not all(isinstance(each, dict) for each in locations):
        raise errors.syntax("STORAGE_LOCATIONS must be a list of locations.")
    made = Securable(kind="EXTERNAL VOLUME", name=name, owner=session.role, comment=said(options, "COMMENT"))
    made.properties = {"locations": locations, "allow_writes": truth(options, "ALLOW_WRITES", True)}
    held[name] = made
    rights.created(session.account, made)
    return Rows.status(f"External volume {name} successfully created.")


showing.show_account_items(
    "EXTERNAL VOLUMES",
    lambda session: session.account.of_kind("EXTERNAL VOLUME").values(),
    ("name", "allow_writes", "comment"),
    lambda _, volume: (volume.name, str(volume.properties["allow_writes"]).lower(), volume.comment),
)
making.account_drops("EXTERNAL VOLUME")


@statement(rf"DESC(?:RIBE)?\s+EXTERNAL\s+VOLUME\s+(?P<name>{ANY_NAME})")
def describe_volume(session: Session, match: re.Match[str]) -> Rows:
    volume = making.account_item(session, "EXTERNAL VOLUME", Clauses(match["name"]).identifier())
    rows = [("", "ALLOW_WRITES", "Boolean", str(volume.properties["allow_writes"]).lower(), "true")]
    for index, location in enumerate(volume.properties["locations"], 1):
        rows.append(("STORAGE_LOCATIONS", f"STORAGE_LOCATION_{index}", "String", json.dumps(location), ""))
    return Rows(("parent_property", *PROPERTIES), rows)
