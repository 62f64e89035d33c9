"""Types and column definitions: Snowflake's words and DuckDB's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from sqlglot import exp

from tests.snowflake_double import errors
from tests.snowflake_double.catalog import Column
from tests.snowflake_double.names import Token, constant, fold, tokens
from tests.snowflake_double.translating import parse

_NUMBER, _TEXT = "NUMBER(38,0)", "VARCHAR(16777216)"
_DECLARED = {
    **dict.fromkeys(("INT", "BIGINT", "SMALLINT", "TINYINT", "INT128", "MEDIUMINT"), _NUMBER),
    **dict.fromkeys(("TEXT", "VARCHAR", "NVARCHAR", "NAME"), _TEXT),
    **dict.fromkeys(("FLOAT", "DOUBLE"), "FLOAT"),
    **{"BOOLEAN": "BOOLEAN", "DATE": "DATE", "TIME": "TIME(9)", "CHAR": "VARCHAR(1)", "NCHAR": "VARCHAR(1)"},
    **{"DECIMAL": _NUMBER, "VARIANT": "VARIANT", "OBJECT": "OBJECT", "ARRAY": "ARRAY", "STRUCT": "OBJECT"},
    **{"TIMESTAMP": "TIMESTAMP_NTZ(9)", "TIMESTAMPNTZ": "TIMESTAMP_NTZ(9)", "DATETIME": "TIMESTAMP_NTZ(9)"},
    **{"TIMESTAMPLTZ": "TIMESTAMP_LTZ(9)", "TIMESTAMPTZ": "TIMESTAMP_TZ(9)"},
    **dict.fromkeys(("BINARY", "VARBINARY"), "BINARY(8388608)"),
}
_STORED = {
    **{"VARCHAR": "VARCHAR", "FLOAT": "DOUBLE", "BOOLEAN": "BOOLEAN", "DATE": "DATE", "TIME": "TIME", "BINARY": "BLOB"},
    **{"VARIANT": "JSON", "OBJECT": "JSON", "ARRAY": "JSON", "TIMESTAMP_NTZ": "TIMESTAMP"},
    **{"TIMESTAMP_LTZ": "TIMESTAMPTZ", "TIMESTAMP_TZ": "TIMESTAMPTZ"},
}
_FOUND = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "UINTEGER"), _NUMBER),
    **{"VARCHAR": _TEXT, "UUID": _TEXT, '"NULL"': _TEXT, "NULL": _TEXT, "JSON": "VARIANT", "BOOLEAN": "BOOLEAN"},
    **{"DATE": "DATE", "TIME": "TIME(9)", "DOUBLE": "FLOAT", "FLOAT": "FLOAT", "BLOB": "BINARY(8388608)"},
    **{"TIMESTAMP": "TIMESTAMP_NTZ(9)", "TIMESTAMP_NS": "TIMESTAMP_NTZ(9)"},
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_LTZ(9)",
}


def declared(kind: exp.DataType) -> str:
    """A declared type as Snowflake says it afterwards."""
    name = kind.this.value if isinstance(kind.this, exp.DType) else str(kind.this)
    name = name.upper()
    if name not in _DECLARED:
        raise errors.unmodelled(f"the type {kind.sql(dialect='snowflake')}")
    sizes = [item.name for item in kind.expressions if isinstance(item, exp.DataTypeParam)]
    base = _DECLARED[name]
    if not sizes or "(" not in base or (base == _NUMBER and name != "DECIMAL"):
        return base
    sizes += ["0"] if name == "DECIMAL" and len(sizes) == 1 else []
    return f"{base.partition('(')[0]}({','.join(sizes)})"


def stored(kind: str) -> str:
    """The DuckDB type of a Snowflake type."""
    base, _, sizes = kind.partition("(")
    if base == "NUMBER":
        precision, scale = sizes.rstrip(")").split(",")
        return "BIGINT" if scale == "0" else f"DECIMAL({precision},{scale})"
    return _STORED[base]


def found(kind: str) -> str:
    """The Snowflake type of a DuckDB type."""
    if sizes := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", kind):
        return f"NUMBER({sizes[1]},{sizes[2]})"
    return _FOUND.get(kind, "VARIANT")


@dataclass
class Definition:
    """What stands between the name and AS: `columns` may lack types before AS."""

    columns: list[Column] = field(default_factory=list)
    typed: bool = False
    options: str = ""
    query: str = ""


def definition(text: str) -> Definition:
    """The rest of a CREATE TABLE or CREATE VIEW after its name."""
    made = Definition()
    rest = list(tokens(text))
    at = 0
    if rest and rest[0].text == "(":
        at = _closing(text, rest)
        made.columns, made.typed = _columns(text[rest[0].start + 1 : rest[at - 1].start])
    depth = 0
    start = rest[at].start if at < len(rest) else len(text)
    for token in rest[at:]:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0 and token.kind == "word" and token.upper == "AS":
            made.options, made.query = text[start : token.start], text[token.end :].strip()
            return made
    made.options = text[start:]
    return made


def column_definitions(text: str) -> list[Column]:
    """`a int not null, b varchar` of CREATE TABLE or ADD COLUMN."""
    tree = parse(f"create table x ({text})")
    if not isinstance(tree, exp.Create) or not isinstance(tree.this, exp.Schema):
        raise errors.syntax(f"syntax error in the columns {text[:80]!r}")
    return [_column(item) for item in tree.this.expressions if isinstance(item, exp.ColumnDef)]


def _columns(text: str) -> tuple[list[Column], bool]:
    groups: list[list[str]] = [[]]
    depth = 0
    for token in tokens(text):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.text == "," and depth == 0:
            groups.append([])
        else:
            groups[-1].append(token.text)
    if all(len(group) == 1 or (len(group) == 3 and group[1].upper() == "COMMENT") for group in groups):
        return [Column(fold(g[0]), "", comment=constant(g[2]) if len(g) == 3 else "") for g in groups], False
    return column_definitions(text), True


def _column(item: exp.ColumnDef) -> Column:
    if not isinstance(item.kind, exp.DataType):
        raise errors.syntax(f"the column {item.name} has no type")
    made = Column(item.this.name if item.this.quoted else item.name.upper(), declared(item.kind))
    for constraint in item.constraints:
        kind = constraint.kind
        if isinstance(kind, exp.NotNullColumnConstraint):
            made.nullable = bool(kind.args.get("allow_null"))
        elif isinstance(kind, exp.PrimaryKeyColumnConstraint):
            made.nullable = False
        elif isinstance(kind, exp.DefaultColumnConstraint):
            made.default = kind.this.sql(dialect="snowflake")
        elif isinstance(kind, exp.CommentColumnConstraint):
            made.comment = kind.this.name
        elif not isinstance(kind, (exp.UniqueColumnConstraint, exp.Reference)):
            raise errors.unmodelled(f"the column constraint {constraint.sql(dialect='snowflake')}")
    return made


def _closing(text: str, rest: list[Token]) -> int:
    depth = 0
    for at, token in enumerate(rest):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0:
            return at + 1
    raise errors.syntax(f"a closing parenthesis is missing in {text[:80]!r}")


def spelled(column: Column) -> str:
    """A column of DuckDB's CREATE TABLE, without its default."""
    return f'"{column.name}" {stored(column.type)}' + ("" if column.nullable else " NOT NULL")


def copied(column: Column) -> Column:
    return replace(column)
