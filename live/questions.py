"""What the documents of Snowflake left open, each as a question that an account answers. None has an expected answer:
the answers decide what dbt-ghost may rely on. The letters are those of "Not confirmed" in docs/reference/snowflake.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from live.account import Refusal, Scratch, words


@dataclass(frozen=True)
class Question:
    letter: str
    text: str
    ask: Callable[[Scratch], str]

    def answer(self, account: Scratch) -> str:
        """Also where the account refuses what the question needs: that is an answer too."""
        try:
            return self.ask(account)
        except Refusal as error:
            return f"{words(error)} (while the question was prepared)"


MADE = {
    "table": "create table {0}.S.T (ID int)",
    "view": "create view {0}.S.V as select 1 as ID",
    "dynamic table": "create dynamic table {0}.S.D target_lag = '1 day' warehouse = {1} as select ID from {0}.S.T",
    "sequence": "create sequence {0}.S.Q",
    "file format": "create file format {0}.S.F type = csv",
    "stream": "create stream {0}.S.ST on table {0}.S.T",
    "task": "create task {0}.S.TA warehouse = {1} schedule = '60 minute' as select 1",
    "alert": "create alert {0}.S.AL warehouse = {1} schedule = '60 minute' if (exists (select 1)) then select 1",
    "function": "create function {0}.S.FU() returns int as '1'",
    "procedure": "create procedure {0}.S.P() returns int language sql as 'begin return 1; end'",
    "secret": "create secret {0}.S.SE type = generic_string secret_string = 'x'",
    "semantic view": "create semantic view {0}.S.SV tables (T as {0}.S.T primary key (ID)) metrics (T.N as count(ID))",
    "notebook": "create notebook {0}.S.N",
    "streamlit": "create streamlit {0}.S.SL",
}
"""What an account without integrations can make: no Git repository, no external stage."""

OWNER = {
    "function": "select function_name as name, function_owner as owner from {0}.information_schema.functions",
    "procedure": "select procedure_name as name, procedure_owner as owner from {0}.information_schema.procedures",
}
"""SHOW does not say who owns these."""


def _source(account: Scratch) -> str:
    name = account.name("database", "SOURCE")
    account.run(f"create database {name}")
    account.run(f"create schema {name}.S")
    return name


def _role(account: Scratch, what: str) -> str:
    """A role that the session's has, so that it sees and clones what that one owns."""
    name = account.name("role", what)
    account.run(f"create role {name}")
    account.run(f"grant role {name} to role {account.run('select current_role() as name')[0]['name']}")
    return name


def _owners(account: Scratch) -> str:
    """Each kind is given to another role, then cloned by ours."""
    source, role, clone = _source(account), _role(account, "MAKER"), account.name("database", "CLONE")
    warehouse = account.run("select current_warehouse() as name")[0]["name"]
    made = {kind: account.says(text.format(source, warehouse)) for kind, text in MADE.items()}
    given = {
        kind: account.says(f"grant ownership on all {kind}s in schema {source}.S to role {role} revoke current grants")
        for kind in MADE
    }
    cloned = account.says(f"create database {clone} clone {source}")
    found = []
    for kind in MADE:
        show = OWNER.get(kind, f"show {kind}s in schema {{0}}.S").format(clone)
        found.append(f"{kind}: {made[kind]} / {given[kind]} / in the clone: {account.says(show, 'name', 'owner')}")
    return "\n    ".join([cloned, *found])


def _database_roles(account: Scratch) -> str:
    source, role, clone = _source(account), _role(account, "READER"), account.name("database", "CLONE")
    account.run(f"create database role {source}.DR")
    account.run(f"grant database role {source}.DR to role {role}")
    account.run(f"create database {clone} clone {source}")
    return account.says(f"show grants of database role {clone}.DR")


def _transient(account: Scratch) -> str:
    source, clone = _source(account), account.name("database", "TRANSIENT")
    account.run(f"create table {source}.S.T (ID int)")
    said = account.says(f"create transient database {clone} clone {source}")
    return f"{said} / {account.says(f'show tables in schema {clone}.S', 'name', 'kind')}"


def _future_ownership(account: Scratch) -> str:
    source, role, clone = _source(account), _role(account, "FUTURE"), account.name("database", "CLONE")
    account.run(f"grant ownership on future tables in schema {source}.S to role {role}")
    account.run(f"create database {clone} clone {source}")
    account.run(f"create table {clone}.S.NEW (ID int)")
    return account.says(f"show tables like 'NEW' in schema {clone}.S", "name", "owner")


def _hybrid(account: Scratch) -> str:
    source, clone = _source(account), account.name("database", "CLONE")
    made = account.says(f"create hybrid table {source}.S.H (ID int primary key)")
    cloned = account.says(f"create database {clone} clone {source}")
    return f"{made} / {cloned} / {account.says(f'show hybrid tables in database {clone}', 'name')}"


def _wildcards(account: Scratch) -> str:
    return account.says(
        f"create storage integration {account.name('integration', 'S3')} type = external_stage storage_provider = 'S3'"
        " enabled = false storage_aws_role_arn = 'arn:aws:iam::000000000000:role/none'"
        " storage_allowed_locations = ('s3://ghost-*/')"
    )


HANDLER = (
    "return object_construct('ok', true);\nexception\nwhen other then\n"
    "return object_construct('ok', false, 'code', sqlcode, 'message', sqlerrm);\nend\n$$"
)


def _block(account: Scratch) -> str:
    source, clone = _source(account), account.name("database", "CLONE")
    async_ = f"async (create database {clone} clone {source});\nawait all;"
    said = account.says(f"execute immediate $$\nbegin\n{async_}\n{HANDLER}")
    other = account.name("database", "SCHEMAS")
    account.run(f"create database {other}")
    async_ = f"async (create or replace schema {other}.S clone {source}.S);\nawait all;"
    return f"{said} / a schema: " + account.says(f"execute immediate $$\nbegin\n{async_}\n{HANDLER}")


def _handler(account: Scratch) -> str:
    source = _source(account)
    return account.says(f"execute immediate $$\nbegin\ncreate database {source};\n{HANDLER}")


QUESTIONS = (
    Question("b, j", "Who owns each kind of object in a clone, and which kinds are cloned?", _owners),
    Question("b", "Are a database role's grants to account roles cloned?", _database_roles),
    Question("c", "What becomes of tables in `create transient database ... clone`?", _transient),
    Question("d", "Does a future grant of ownership fire in a clone?", _future_ownership),
    Question("e", "What does a clone do with hybrid tables without `ignore hybrid tables`?", _hybrid),
    Question("f", "Does an integration take `s3://ghost-*/` as an allowed location?", _wildcards),
    Question("k", "Can `async` clone a database, and a schema, in an anonymous block?", _block),
    Question("l", "Which `sqlcode` and `sqlerrm` does a handler see for a name that is taken?", _handler),
)
