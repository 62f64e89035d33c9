{# The actions that load one feed on DuckDB: for each file not in the ghost's own load history, one transaction that
   replaces the file's rows by name and remembers the file. A column that only the file has is added to the table: a
   branch may add one. `types` is what is known of the table's columns, and learns what will be added. #}
{% macro _embedded_feed(run, feed, types) %}
    {% set files = dbt_ghost._answer_of_plugin(run, 'files', {'bucket': feed.bucket, 'prefix': feed.prefix}) %}
    {% set history = api.Relation.create(database=target.database, schema='ghost', identifier='ghost_feed_history') %}
    {% set loaded = dbt_ghost._loaded_files(history, feed) %}
    {% for column in adapter.get_columns_in_relation(feed.table) if column.name | lower not in types %}
        {% do types.update({column.name | lower: column.data_type}) %}
    {% endfor %}
    {% if feed.key | lower not in types %}
        {% do dbt_ghost._refuse(
            run.operation, feed.table ~ ' has no column ' ~ feed.key ~ ', which is to hold the file\'s key',
            'add it in production (varchar), or correct `key` in vars: ghost: feed:'
        ) %}
    {% endif %}

    {% set plan = [] %}
    {% for file in files if [file.key, file.size, file.modified] not in loaded %}
        {% set asked = {'path': file.path, 'format': feed.format} %}
        {% set found = dbt_ghost._answer_of_plugin(run, 'columns', asked) if file.size else [] %}
        {% set columns = found | rejectattr('lower', 'equalto', feed.key | lower) | list %}
        {% set added = columns | rejectattr('lower', 'in', types) | list %}
        {% set statements = dbt_ghost._history_table_sql(history) %}
        {% for column in added %}
            {% do types.update({column.lower: column.type}) %}
            {% do statements.append(
                'alter table ' ~ feed.table ~ ' add column ' ~ adapter.quote(column.name) ~ ' ' ~ column.type
            ) %}
        {% endfor %}
        {% do statements.extend(dbt_ghost._load_file_sql(feed, file, columns, types, history)) %}
        {% set names = added | map(attribute='name') | list %}
        {% do plan.append({
            'op': 'load',
            'file': file.key,
            'added': names,
            'text': 'load s3://' ~ feed.bucket ~ '/' ~ file.key ~ ' into ' ~ feed.table.schema ~ '.'
                ~ feed.table.identifier ~ (', with the new columns ' ~ names | join(', ') if names else ''),
            'arguments': {'statements': statements},
        }) %}
    {% endfor %}
    {{ return(plan) }}
{% endmacro %}


{# (key, size, time of change in microseconds) of every file that the ghost loaded into the table. #}
{% macro _loaded_files(history, feed) %}
    {% if not adapter.get_relation(database=history.database, schema=history.schema, identifier=history.identifier) %}
        {{ return([]) }}
    {% endif %}
    {% set rows = run_query(
        'select key, size, epoch_us(modified) from ' ~ history ~ ' where bucket = ' ~ dbt_ghost._text(feed.bucket)
        ~ ' and table_name = ' ~ dbt_ghost._text(feed.table | string)
    ).rows %}
    {% set loaded = [] %}
    {% for row in rows %}
        {% do loaded.append([row[0], row[1] | int, row[2] | int]) %}
    {% endfor %}
    {{ return(loaded) }}
{% endmacro %}
