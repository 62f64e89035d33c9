{# Production's own loader: every curated file that is not in raw.flights yet. Runs on the target prod. #}
{% macro load_flights(bucket=none) %}
    {% set bucket = bucket or env_var('FLIGHTS_CURATED_BUCKET', 'flights-curated') %}
    {% set root = 's3://' ~ bucket ~ '/' %}
    {% set flights = api.Relation.create(database=target.database, schema='raw', identifier='flights') %}
    {% if target.name != 'prod' %}
        {% do exceptions.raise_compiler_error('load_flights loads production; a ghost is fed by ghost_feed') %}
    {% endif %}
    {% do run_query('create schema if not exists ' ~ target.database ~ '.raw') %}
    {% do run_query(flights_table_sql(flights)) %}
    {% do open_bucket(bucket) %}

    {% set new = run_query(
        "select file from glob('" ~ root ~ "flights/*.csv') where replace(file, '" ~ root ~ "', '') not in"
        ~ " (select _file from " ~ flights ~ ") order by file"
    ).columns[0].values() %}
    {% if new %}
        {% do run_query(
            "insert into " ~ flights ~ " by name"
            ~ " select * exclude (filename), replace(filename, '" ~ root ~ "', '') as _file"
            ~ " from read_csv(" ~ (new | list) ~ ", header = true, filename = true, union_by_name = true,"
            ~ " types = " ~ flights_columns() ~ ")"
        ) %}
    {% endif %}
    {% do log(new | length ~ ' files loaded from s3://' ~ bucket, info=true) %}
{% endmacro %}


{% macro flights_columns() %}
    {{ return({
        'flight_date': 'date', 'carrier': 'varchar', 'carrier_name': 'varchar', 'flight': 'integer',
        'tailnum': 'varchar', 'origin': 'varchar', 'dest': 'varchar', 'dest_name': 'varchar',
        'scheduled_departure': 'timestamp',
        'departed_at': 'timestamp', 'arrived_at': 'timestamp', 'dep_delay': 'integer', 'arr_delay': 'integer',
        'distance': 'integer', 'cancelled': 'boolean', 'temp': 'double', 'wind_speed': 'double', 'visib': 'double'
    }) }}
{% endmacro %}


{% macro flights_table_sql(flights) %}
    {% set columns = [] %}
    {% for name, type in flights_columns().items() %}
        {% do columns.append(name ~ ' ' ~ type) %}
    {% endfor %}
    {{ return(
        'create table if not exists ' ~ flights ~ ' (' ~ columns | join(', ')
        ~ ', _file varchar, _loaded_at timestamp default now())'
    ) }}
{% endmacro %}


{# Lets DuckDB read the bucket, with the credentials in the environment. #}
{% macro open_bucket(bucket) %}
    {% set exchange = {'question': {'bucket': bucket}} %}
    {% set nothing = api.Relation.create(database=target.database, schema='raw', identifier='flights') %}
    {% do adapter.store_relation('duckdb_plugin', nothing, [], '', 'open_bucket', exchange) %}
    {% if exchange.answer.error %}
        {% do exceptions.raise_compiler_error(exchange.answer.error.message ~ '\n' ~ exchange.answer.error.hint) %}
    {% endif %}
{% endmacro %}
