{# One entry of `vars: ghost: feed:` with its defaults: {bucket, prefix, table (a relation), format, key (a column)}. #}
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
    {% elif keys | length != 1 %}
        {% set wrong = 'the embedded load needs `key`: the one column that holds the file\'s key, as key: [_file]' %}
    {% endif %}
    {% if wrong %}
        {% do dbt_ghost._refuse(run.operation, where ~ wrong, 'correct it in dbt_project.yml') %}
    {% endif %}
    {% set relation = adapter.get_relation(database=target.database, schema=parts[-2], identifier=parts[-1]) %}
    {% if not relation %}
        {% do dbt_ghost._refuse(
            run.operation, where ~ 'there is no such table in the ghost', 'create it in production, then clone again'
        ) %}
    {% endif %}
    {{ return({
        'bucket': dbt_ghost._bucket_name(run.project, run.branch, feed.bucket),
        'prefix': feed.get('prefix', ''), 'table': relation, 'format': format, 'key': keys[0]
    }) }}
{% endmacro %}
