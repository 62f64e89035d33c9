{# The statements that load one file, in one transaction; an empty file has no rows and no columns. The insert is the third
   last: its count is the file's rows. #}
{% macro _load_file_sql(feed, file, columns, types, history) %}
    {% set key, bucket = dbt_ghost._text(file.key), dbt_ghost._text(feed.bucket) %}
    {% set table = dbt_ghost._text(feed.table | string) %}
    {% set names = [] %}
    {% for column in columns %}
        {% do names.append(adapter.quote(column.name)) %}
    {% endfor %}
    {{ return([
        'delete from ' ~ feed.table ~ ' where ' ~ adapter.quote(feed.key) ~ ' = ' ~ key,
        'insert into ' ~ feed.table ~ ' by name select '
            ~ (names + [key ~ ' as ' ~ adapter.quote(feed.key)]) | join(', ')
            ~ (' from ' ~ dbt_ghost._reader_sql(feed.format, file.path, columns, types) if file.size else ' where false'),
        'delete from ' ~ history ~ ' where bucket = ' ~ bucket ~ ' and key = ' ~ key ~ ' and table_name = ' ~ table,
        'insert into ' ~ history ~ ' values ('
            ~ [bucket, key, file.size, 'make_timestamp(' ~ file.modified ~ ')', table, 'now()::timestamp'] | join(', ')
            ~ ')',
    ]) }}
{% endmacro %}


{# A CSV is read with the table's types: what a file's first rows look like must not decide them. #}
{% macro _reader_sql(format, path, columns, types) %}
    {% if format != 'csv' %}
        {{ return('read_' ~ format ~ '(' ~ dbt_ghost._text(path) ~ ')') }}
    {% endif %}
    {% set typed = [] %}
    {% for column in columns %}
        {% do typed.append(dbt_ghost._text(column.name) ~ ': ' ~ dbt_ghost._text(types[column.lower])) %}
    {% endfor %}
    {{ return('read_csv(' ~ dbt_ghost._text(path) ~ ', header = true, types = {' ~ typed | join(', ') ~ '})') }}
{% endmacro %}


{% macro _history_table_sql(history) %}
    {{ return([
        'create schema if not exists ' ~ adapter.quote(history.database) ~ '.' ~ adapter.quote(history.schema),
        'create table if not exists ' ~ history ~ ' (bucket varchar, key varchar, size bigint, modified timestamp,'
            ~ ' table_name varchar, loaded_at timestamp)',
    ]) }}
{% endmacro %}
