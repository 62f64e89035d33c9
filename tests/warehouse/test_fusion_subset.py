"""The macros keep to the Jinja that dbt's newer engine (Fusion, dbt 2) knows. A conservative check of names and syntax.

It is not that engine, which comes as a binary from dbt's own site and from no package index. Nothing here has run on
it: arguments, types and SQL are not looked at. What is checked:

* a parser of the family that the engine's is of (MiniJinja) reads every file;
* filters, tests, functions and methods are among those that the engine's published source registers (May 2026,
  dbt-labs/dbt-fusion: crates dbt-jinja, dbt-jinja-utils, dbt-jinja-ctx, dbt-jinja-filters, dbt-agate, dbt-adapter).
  Methods are compared without their object, since Jinja does not say what it is.

What the engine lacks and only the embedded warehouse uses is named in EMBEDDED: that is a Python plugin of dbt-duckdb.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator
from pathlib import Path

import jinja2.meta
import minijinja
import pytest
from dbt_common.clients.jinja import get_environment
from jinja2 import nodes

from tests.warehouse.project import ROOT

FILES = sorted((ROOT / "macros").rglob("*.sql"))

FILTERS = set(
    "abs as_bool as_native as_number as_text attr batch bool capitalize count d default dictsort e escape"
    " filesizeformat first float format groupby indent int is_list items join last length lines list lower map max"
    " min pprint reject rejectattr replace reverse round safe select selectattr slice sort split string sum title"
    " tojson trim truncate unique upper urlencode".split()
)
TESTS = set(
    "boolean callable defined divisibleby endingwith eq equalto escaped even false filter float ge greaterthan gt in"
    " int integer iterable le lessthan lower lt mapping ne none number odd safe sameas sequence startingwith string"
    " test true undefined upper".split()
)
FUNCTIONS = set(
    "adapter api builtins dbt dict env_var exceptions execute fromjson fromyaml graph invocation_id local_md5 log"
    " modules namespace print range return run_query run_started_at set statement target tojson toyaml var zip".split()
)
STRINGS = set(
    "capitalize casefold count endswith find format index isalnum isalpha isdigit islower isspace isupper join lower"
    " lstrip partition removeprefix removesuffix replace rfind rindex rpartition rsplit rstrip split splitlines"
    " startswith strip title upper zfill".split()
)
COLLECTIONS = set(
    "append clear copy extend get insert items keys pop popitem remove setdefault sort update values".split()
)
TIMES = set("astimezone date isoformat strftime time timestamp total_seconds".split())
RELATIONS = set("incorporate include quote render".split())
METHODS = STRINGS | COLLECTIONS | TIMES | RELATIONS

NAMESPACES: dict[str, Collection[str]] = {
    "adapter": set("dispatch get_columns_in_relation get_relation quote type".split()),
    "api": {"Relation.create"},
    "builtins": {"ref", "source"},
    "dbt": {"default__generate_schema_name"},
    "exceptions": {"raise_compiler_error", "warn"},
    "modules": {
        *(f"re.{name}" for name in ("compile", "escape", "findall", "fullmatch", "match", "search", "split", "sub")),
        *(f"datetime.{name}" for name in ("timedelta", "datetime.fromisoformat", "datetime.now", "datetime.strptime")),
    },
}
"""What may be called of an object that every macro has."""

EMBEDDED = {("_ask_plugin.sql", "adapter.store_relation")}
"""(file, name) that are dbt-duckdb's."""


def chain(node: nodes.Node) -> tuple[str, str]:
    """`a.b.c` as ("a", "b.c"); ("", last name) where the object is no plain name."""
    names: list[str] = []
    while isinstance(node, nodes.Getattr):
        names.insert(0, node.attr)
        node = node.node
    return (node.name, ".".join(names)) if isinstance(node, nodes.Name) else ("", names[-1])


def unknown(text: str, macros: Collection[str], file: str = "") -> Iterator[str]:
    """What a file uses and the engine does not have."""
    tree = get_environment(None).parse(text)
    functions = jinja2.meta.find_undeclared_variables(tree) - FUNCTIONS
    yield from (f"filter {each.name}" for each in tree.find_all(nodes.Filter) if each.name not in FILTERS)
    yield from (f"test {each.name}" for each in tree.find_all(nodes.Test) if each.name not in TESTS)
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name):
            if call.node.name in functions:
                yield f"function {call.node.name}"
        elif isinstance(call.node, nodes.Getattr):
            owner, name = chain(call.node)
            known = {**NAMESPACES, "dbt_ghost": macros}.get(owner, METHODS)
            named = name if owner in NAMESPACES else call.node.attr
            if named not in known and (file, f"{owner}.{name}") not in EMBEDDED:
                yield f"method {owner}.{name}"


@functools.cache
def macros() -> frozenset[str]:
    """Every macro of the package, as `dbt_ghost.NAME` calls it."""
    trees = [get_environment(None).parse(file.read_text()) for file in FILES]
    return frozenset(macro.name.removeprefix("dbt_macro__") for tree in trees for macro in tree.find_all(nodes.Macro))


def parsed(text: str) -> None:
    """Raises TemplateError. The engine takes any expression in `do`; the parser that is used here only a call."""
    minijinja.Environment().add_template("macro", text.replace("{% do ", "{% set _ = "))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_engines_kind_of_parser_reads_it(file: Path) -> None:
    parsed(file.read_text())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_only_what_the_engine_has_is_used(file: Path) -> None:
    assert list(unknown(file.read_text(), macros(), file.name)) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ x | xmlattr }}", "filter xmlattr"),
        ("{{ load_relation() }}", "function load_relation"),
        ("{{ modules.itertools.chain(x) }}", "method modules.itertools.chain"),
        ("{{ adapter.store_relation(x) }}", "method adapter.store_relation"),
        ("{% set x = {} %}{{ x.fromkeys([]) }}", "method x.fromkeys"),
        ("{{ dbt_ghost._no_such_macro() }}", "method dbt_ghost._no_such_macro"),
    ],
)
def test_what_the_engine_does_not_have_is_seen(text: str, says: str) -> None:
    assert list(unknown(text, macros())) == [says]


def test_what_the_parser_does_not_take_is_seen() -> None:
    with pytest.raises(minijinja.TemplateError):
        parsed("{% macro x() %}{% if true %}{% endmacro %}")
