"""A Snowflake for tests: the real connector and dbt-snowflake talk to it, fakesnow and DuckDB hold the rows.

`from tests.snowflake_double.server import Double`. What it does not model it refuses with error 9999; it never
pretends. It proves that our statements mean what we think; that Snowflake takes them it cannot prove.

Modelled: databases, schemas, tables, views and their clones with Snowflake's rules of rights and ownership; Time
Travel by AT(TIMESTAMP) for rows (20 versions a table), replaced and dropped tables; roles, grants, future grants,
managed access, owner's rights of views and procedures; temporary tables; transactions; masking and row access
policies; SHOW, DESCRIBE, information_schema; Snowflake Scripting; stages, pipes, COPY INTO; the other kinds of
objects as far as cloning and SHOW go.

Not modelled, and refused: UNDROP, BEFORE and AT by anything but a time, UDFs in queries, queries of stages,
autoincrement, bound variables, asynchronous queries, several statements in one request, catalog-linked databases,
GEOGRAPHY, GEOMETRY, VECTOR, MAP, structured types, pictures of to_char beyond YYYY, MM, DD, HH24, MI, SS and FFn.

Not modelled, and silent: lengths of VARCHAR, check of primary and unique keys (Snowflake has none either),
warehouses (queries run without one), costs and sizes (64 bytes a row), results as Arrow, HASH and HASH_AGG's own
numbers, formats of VARIANT's text and the order of its keys, whether Snowflake itself touches LAST_ALTERED. A
transaction reads the tables as they were at its first statement.
"""
