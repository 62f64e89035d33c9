{# One entry of `vars: ghost: feed:` with its defaults, as far as every warehouse has it: {where, bucket, prod_bucket,
   prefix, prod, schema, table, format, key_columns}. `where` begins an error about it. #}
{% macro _checked_feed(run, feed) %}
    {% if feed is not mapping %}
        {% do dbt_ghost._refuse(
            run.operation, 'vars: ghost: feed: ' ~ feed ~ ' is not an entry',
            'write {bucket: prod-bucket, prefix: flights/, table: raw.flights, key: [_file]}'
        ) %}
    {% endif %}
    {% set where = 'vars: ghost: feed: ' ~ feed.get('table', '?') ~ ': ' %}
    {% set texts = ['bucket', 'prefix', 'table', 'format'] | select('in', feed) | list %}
    {% set unknown = feed | reject('in', ['bucket', 'prefix', 'table', 'format', 'key']) | list %}
    {% set format, key = feed.get('format', 'csv'), feed.get('key', []) %}
    {% set keys = [key] if key is string else key | list %}
    {% set parts = (feed.get('table', '') | string).split('.') %}
    {% set no_text = [] %}
    {% for name in texts if feed[name] is not string %}
        {% do no_text.append(name) %}
    {% endfor %}
    {% if no_text %}
        {% set wrong = no_text | join(', ') ~ ' must be text' %}
    {% elif unknown %}
        {% set wrong = 'unknown keys: ' ~ unknown | join(', ') %}
    {% elif not feed.get('bucket') %}
        {% set wrong = 'has no `bucket`' %}
    {% elif parts | length not in [2, 3] or not parts | select | list == parts %}
        {% set wrong = '`table` must be schema.table or database.schema.table' %}
    {% elif parts | length == 3 and parts[0] | lower not in run.config.databases | map('lower') | list %}
        {% set wrong = 'the database ' ~ parts[0] ~ ' is not one of `databases`' %}
    {% elif format not in ['csv', 'json', 'parquet'] %}
        {% set wrong = 'the format must be csv, json or parquet' %}
    {% elif keys | length > 1 %}
        {% set wrong = '`key` must be one column, the one that holds the file\'s key, as key: [_file]' %}
    {% endif %}
    {% do dbt_ghost._refuse(run.operation, where ~ wrong, 'correct it in dbt_project.yml') if wrong %}
    {{ return({
        'where': where, 'bucket': dbt_ghost._bucket_name(run.project, run.branch, feed.bucket),
        'prod_bucket': feed.bucket, 'prefix': feed.get('prefix', ''),
        'prod': parts[0] if parts | length == 3 else run.config.databases[0],
        'schema': parts[-2], 'table': parts[-1], 'format': format, 'key_columns': keys
    }) }}
{% endmacro %}


{# Steps of the ingestion that load a database themselves: {step, database}, the ghost's. #}
{% macro _loaders(run) %}
    {% set loaders = [] %}
    {% set steps = (run.config.get('ingestion') or {}).get('steps') or {} %}
    {% for name, step in steps.items() if step and step.get('feeds') %}
        {% if step.feeds | string | lower not in run.config.databases | map('lower') | list %}
            {% do dbt_ghost._refuse(
                run.operation, 'vars: ghost: ingestion: steps: ' ~ name ~ ': feeds: ' ~ step.feeds
                    ~ ' is not one of `databases`', 'correct it in dbt_project.yml'
            ) %}
        {% endif %}
        {% do loaders.append({'step': name, 'database': dbt_ghost._clone_name(run.config, run.branch, step.feeds)}) %}
    {% endfor %}
    {{ return(loaders) }}
{% endmacro %}
