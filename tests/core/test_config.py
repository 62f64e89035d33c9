"""A dbt_project.yml becomes settings, or one error that says everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from dbt_ghost.core.config import GhostConfig, read_config
from dbt_ghost.core.config.values import EnvRule
from dbt_ghost.core.errors import GhostError

SMALLEST = "vars: {ghost: {project: shop, databases: [PROD_DB]}}"

WHOLE = """
name: shop
vars:
  other: "{{ anything }}"
  ghost:
    project: shop
    databases: [PROD_DB]
    role: GHOST_DEV
    ttl: 12h
    scope: "state:modified+"
    state: {from: path, path: prod-artifacts/}
    clone: {strategy: auto, at: 2025-01-01 00:00:00}
    cutover: {order: ingestion_first}
    observe: {tolerance: {double: 0.001}, tables: {core.orders: {key: [id], ignore: [loaded_at]}}, gate: {min_rows: 10}}
    tags: {cost-center: "42"}
    feed:
      - {bucket: shop-curated, prefix: orders/, table: raw.orders, format: csv, key: [_file]}
    ingestion:
      region: eu-west-1
      state_bucket: shop-ghost-state
      steps:
        clean:  {function: shop-clean,  code: ingestion/clean,  outputs: [OUT_BUCKET], reads: [s3://shop-raw/flights/]}
        enrich: {function: shop-enrich, code: ingestion/enrich, outputs: [OUT_BUCKET], cap: none, event_age: 6h}
        load:   {function: shop-load, feeds: PROD_DB, env: {DATABASE: {route: database}, LOGIN: {set: shop-loader}}}
      downstream: replicate
"""


def complaint(text: str, environ: Mapping[str, str] = {}) -> str:
    with pytest.raises(GhostError) as raised:
        read_config(text, environ)
    assert raised.value.hint
    return raised.value.message


def ghost(settings: str) -> str:
    return f"vars: {{ghost: {{project: shop, databases: [PROD_DB], {settings}}}}}"


def step(settings: str) -> str:
    return ghost(f"ingestion: {{steps: {{clean: {{function: shop-clean, {settings}}}}}}}")


def test_two_keys_are_enough() -> None:
    config = read_config(SMALLEST, {})

    assert (config.project, config.databases) == ("shop", ("PROD_DB",))
    assert (config.ttl, config.target, config.ingestion.downstream) == (timedelta(days=3), "ghost", "replicate")
    assert config.ingestion.steps == {}


def test_everything_that_the_design_names_is_read() -> None:
    config = read_config(WHOLE, {})
    load = config.ingestion.steps["load"]

    assert config.ttl == timedelta(hours=12)
    assert config.state is not None and config.state.source == "path"
    assert config.clone.at == "2025-01-01 00:00:00"
    assert config.feed[0].key == ("_file",)
    assert config.ingestion.steps["clean"].reads == ("s3://shop-raw/flights/",)
    assert config.ingestion.steps["enrich"].cap == "none"
    assert load.env == {"DATABASE": EnvRule("route", "database"), "LOGIN": EnvRule("set", "shop-loader")}


def test_the_state_bucket_has_a_name_of_its_own_where_none_is_given() -> None:
    assert read_config(SMALLEST, {}).ingestion.state_bucket_in("shop", "111111111111", "eu-west-1") == (
        "shop-ghost-state-111111111111-eu-west-1"
    )
    assert read_config(WHOLE, {}).ingestion.state_bucket_in("shop", "1", "r") == "shop-ghost-state"


def test_settings_cannot_be_changed_after_they_are_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read_config(SMALLEST, {}).project = "other"  # type: ignore[misc]  # what is forbidden is tried


def test_all_complaints_come_at_once_each_with_its_line_and_path() -> None:
    text = """\
vars:
  ghost:
    project: Shop-etl
    rol: x
    region: eu-west-1
    ttl: soon
    feed:
      - {bucket: shop-curated, table: 3}
    ingestion:
      steps:
        clean: {function: shop-clean, outputz: [OUT]}
"""
    assert complaint(text).splitlines() == [
        "7 things are wrong with `vars: ghost:` of dbt_project.yml",
        "  line 3: project: must be 2 to 10 lower-case letters and digits, a letter first, not 'Shop-etl'",
        "  line 3: databases: is required",
        "  line 4: rol: unknown key; did you mean `role`?",
        "  line 5: region: unknown key here; there is `ingestion.region`",
        "  line 6: ttl: must be a number and m, h, d or w, for example 12h or 3d, not 'soon'",
        "  line 8: feed[0].table: must be text, not 3; put it in quotes",
        "  line 11: ingestion.steps.clean.outputz: unknown key; did you mean `outputs`?",
    ]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("ttl: 5", "ttl: must be a number and m, h, d or w"),
        ("ttl: 99999w", "ttl: must be at most 366d"),
        ("clone: {strategy: fast}", "clone.strategy: must be auto, database, schema or tables, not 'fast'"),
        ("clone: {transient: 1}", "clone.transient: must be true or false, not 1"),
        ("clone: {retention_days: 2}", "clone.retention_days: must be 0 or 1, not 2"),
        ("observe: {gate: {min_rows: true}}", "observe.gate.min_rows: must be a whole number, not True"),
        ("observe: {gate: {min_rows: -1}}", "observe.gate.min_rows: must be greater than or equal to 0"),
        ("protected: [release/*]", "protected[0]: must be one branch's full name"),
        ("protected: dev", "protected: must be a list"),
        ("ingestion: []", "ingestion: must hold keys, not a list"),
        ("ingestion:", "ingestion: must hold keys, not nothing"),
        ("ingestion: {region: mars}", "ingestion.region: must be an AWS region"),
        ("ingestion: {sample: 0}", "ingestion.sample: must be greater than 0"),
        ("ingestion: {sample: .nan}", "ingestion.sample: must be"),
        ("tags: {'dbt-ghost:branch': x}", "tags.dbt-ghost:branch: must be a tag's key"),
        ("tags: {'AWS:x': y}", "tags.AWS:x: must be a tag's key"),
        ("role: 'X; DROP DATABASE Y'", "role: must be a role's name"),
        ("state: {from: s3, path: artifacts/}", "state.path: must start with s3://"),
        ("state: {from: path}", "state.path: is required with `from: path`"),
        ("state: {from: dbt_cloud}", "state.job: is required"),
        ("clone: {templates: {OTHER: T}}", "clone.templates.OTHER: is not one of `databases`"),
        ("clone: {templates: {PROD_DB: prod_db}}", "`prod_db` is one of `databases`"),
        ("clone: {ownership: template}", "clone.templates: has no template of prod_db"),
        (
            "clone: {ownership: template, templates: {PROD_DB: T}, at: '2026-01-01 00:00:00 +0000'}",
            "clone.at: cannot reach behind a template",
        ),
        ("clone: {procedure_schema: GHOSTS}", "must be a schema's name, as database.schema"),
        ("feed: [{bucket: shop, table: a.b.c.d}]", "feed[0].table: must be a table's name"),
        ("feed: [{bucket: shop, table: a.b, prefix: /x}]", "feed[0].prefix: must be the start of an object's key"),
        ("project: {{ target.name }}", "project: dbt does not render Jinja"),
        ("role: \"{{ env_var('X') }}\"", "role: dbt does not render Jinja in `vars:`; a GHOST_*"),
        ("scope: a, scope: b", "scope: is there twice, again in line 1"),
        ("1: x", "'1' cannot be a key"),
        ("[a]: x", "a list cannot be a key"),
        ("scope: !!set {a}", "scope: the YAML tag 'tag:yaml.org,2002:set' means nothing here"),
        ("scope: !!python/name:os.system x", "scope: 'x' is not a value that YAML can read"),
        ("scope: !!int x", "scope: 'x' is not a value that YAML can read"),
        ("scope: !!bool x", "scope: 'x' is not a value that YAML can read"),
        ("scope: !!float ''", "scope: '' is not a value that YAML can read"),
        ('scope: "\\ud800"', "scope: '\\ud800' is not Unicode"),
        ('"\\e[31m": x', "cannot be a key"),
        ("scope: !!binary aGk=", "scope: b'hi' has a YAML type"),
        ("observe: {samples: 0x" + "f" * 9000 + "}", "observe.samples: the number is too large"),
        ("observe: {samples: " + "9" * 9000 + "}", "observe.samples: '9999"),
        ("scope: a, <<: b", "`<<` must name a mapping"),
        ("scope: &a [*a]", "the whole is too large or too deep"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(settings: str, said: str) -> None:
    assert said in complaint(ghost(settings))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("function: arn:aws:lambda:eu-west-1:1:function:x", "clean.function: is there twice"),
        ("outputs: [A B]", "clean.outputs[0]: must be the name of an environment variable"),
        ("code: /srv/clean", "clean.code: must be inside the project"),
        ("code: 'C:/clean'", "clean.code: must be inside the project"),
        ("code: ../clean", "clean.code: must be inside the project"),
        ("code: ingestion/../../clean.zip", "clean.code: must be inside the project"),
        ("code: 'ingestion\\clean'", "clean.code: must be written with / between folders"),
        ("code: docker.io/shop:v2", "clean.code: must be an image in ECR"),
        ("code: 111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop", "clean.code: must be an image in ECR"),
        ("outputs: [OUT, OUT]", "clean.outputs[1]: `OUT` is there already"),
        ("outputs: [OUT], env: {OUT: copy}", "clean.env.OUT: is one of `outputs`"),
        ("env: {AWS_REGION: copy}", "clean.env.AWS_REGION: is set by Lambda itself"),
        ("reads: [shop-raw/x/]", "clean.reads[0]: must be s3://bucket/prefix/"),
        ("reads: [s3://shop-raw]", "clean.reads[0]: must be s3://bucket/prefix/"),
        ("reads: ['s3://shop-raw/*']", "clean.reads[0]: must be s3://bucket/prefix/"),
        ("reads: ['s3://shop-raw/${aws:username}/']", "clean.reads[0]: must be s3://bucket/prefix/"),
        ("reads: ['s3://shop-raw/a?/']", "clean.reads[0]: must be s3://bucket/prefix/"),
        ("reads: ['s3://Shop/']", "clean.reads[0]: must be s3://bucket/prefix/"),
        ("reads: [s3://ghost-shop-x/]", "clean.reads[0]: `ghost-shop-x` is named like a ghost's"),
        ("feeds: OTHER", "clean.feeds: `OTHER` is not one of `databases`"),
        ("cap: 0", "clean.cap: must be a number from 1 to 1000, or none, not 0"),
        ("cap: true", "clean.cap: must be a number from 1 to 1000, or none, not True"),
        ("event_age: 7h", "clean.event_age: must be from 1m to 6h"),
        ("input: indirect", "clean.input: must be direct or staged, not 'indirect'"),
    ],
)
def test_a_wrong_step_is_named(settings: str, said: str) -> None:
    assert said in complaint(step(settings))


@pytest.mark.parametrize("name", ["tap", "A", "1a", "a_b", "a-", "x" * 17])
def test_a_step_needs_a_name_that_fits_into_every_ghost_name(name: str) -> None:
    assert f"ingestion.steps.{name}: " in complaint(ghost(f"ingestion: {{steps: {{{name}: {{function: f}}}}}}"))


@pytest.mark.parametrize("bucket", ["ab", "Shop", "shop_raw", "shop*", "-shop", "shop-", "x" * 64, "shop/raw"])
def test_a_bucket_needs_a_name_that_is_one(bucket: str) -> None:
    assert "ingestion.state_bucket: must be a bucket's name" in complaint(
        ghost(f"ingestion: {{state_bucket: '{bucket}'}}")
    )


def test_nothing_of_prod_may_be_named_like_a_ghost() -> None:
    said = complaint(
        ghost(
            "feed: [{bucket: ghost-shop-a, table: a.b}], ingestion: {state_bucket: ghost-shop-state,"
            " steps: {clean: {function: ghost-shop-b}}}"
        )
    )

    for path in ("feed[0].bucket", "ingestion.state_bucket", "ingestion.steps.clean.function"):
        assert f"{path}: `ghost-shop-" in said


def test_another_projects_ghosts_are_not_ours() -> None:
    assert read_config(ghost("ingestion: {state_bucket: ghost-shopper-state}"), {}).ingestion.state_bucket


def test_databases_are_told_apart_without_capitals() -> None:
    said = complaint("vars: {ghost: {project: shop, databases: [PROD, prod, GHOST_SHOP_X_ABCDEF]}}")

    assert "databases[1]: `prod` is there already" in said
    assert "databases[2]: `GHOST_SHOP_X_ABCDEF` is named like a ghost's" in said


def test_one_function_is_one_step() -> None:
    said = complaint(ghost("ingestion: {steps: {a: {function: f}, b: {function: g}, c: {function: f}}}"))

    assert "ingestion.steps.c.function: `f` is step `a` already" in said


def test_the_state_bucket_is_no_steps_to_read() -> None:
    said = complaint(
        ghost("ingestion: {state_bucket: shop-state, steps: {a: {function: f, reads: [s3://shop-state/x/]}}}")
    )

    assert "ingestion.steps.a.reads[0]: is the state bucket" in said


def test_roles_belong_to_steps() -> None:
    said = complaint(ghost("ingestion: {roles: {tap: a, clean: b, cleen: c}, steps: {clean: {function: f}}}"))

    assert said.splitlines()[1:] == [
        "  line 1: ingestion.roles.cleen: there is no such step; roles are by step name or `tap`"
    ]


def test_contradictions_are_found_beside_wrong_values() -> None:
    said = complaint(ghost("ttl: soon, ingestion: {steps: {a: {function: f, cap: 0}, b: {function: f}, c: {}}}"))

    assert "ttl: must be" in said
    assert "ingestion.steps.a.cap: must be" in said
    assert "ingestion.steps.b.function: `f` is step `a` already" in said
    assert "ingestion.steps.c.function: is required" in said


def test_values_of_environment_variables_are_never_shown() -> None:
    said = complaint(step("env: {LOGIN: hunter22, OTHER: {sett: hunter22}, THIRD: {set: 12345678}, X: hunter22}"))

    assert "ingestion.steps.clean.env.LOGIN: must be copy, drop" in said
    assert "hunter22" not in said and "12345678" not in said
    assert "hunter22" not in repr(read_config(step("env: {LOGIN: {set: hunter22}}"), {}))


def test_the_model_refuses_contradictions_without_a_file_too() -> None:
    with pytest.raises(ValueError, match="contradict"):
        GhostConfig(project="shop", databases=("A", "a"))
