{# Every object of a database that has text or a place: [{database, kind, schema, name, arguments, owner, text, state,
   url, integration, source, volume, secure, comment}]. 12 statements a database, however many objects there are.
   Policies are listed without their text, which only their owner sees. #}
{% macro _inspect(run, database) %}
    {% set found = [] %}
    {% for kind, plural, columns in dbt_ghost._shown_kinds() %}
        {% for row in dbt_ghost._ask(run, 'show ' ~ plural ~ ' in database ' ~ dbt_ghost._quoted([database]))
            if row.schema_name != 'INFORMATION_SCHEMA' %}
            {% do found.append(dbt_ghost._shown(database, kind, columns, row)) %}
        {% endfor %}
    {% endfor %}
    {# Sorted, because a union has no order, and two clones are to change the same in the same order. #}
    {% for code in dbt_ghost._ask_json(run, dbt_ghost._functions_sql(database)) | sort(attribute='kind') %}
        {% do found.append(dict({'database': database, 'text': ''}, **code)) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}


{# (kind, the plural of SHOW, the columns that are its text). #}
{% macro _shown_kinds() %}
    {{ return([
        ('VIEW', 'views', ['text']),
        ('PIPE', 'pipes', ['definition']),
        ('STAGE', 'stages', []),
        ('ICEBERG TABLE', 'iceberg tables', []),
        ('STREAM', 'streams', ['table_name', 'base_tables']),
        ('TASK', 'tasks', ['definition', 'condition', 'config']),
        ('ALERT', 'alerts', ['condition', 'action']),
        ('DYNAMIC TABLE', 'dynamic tables', ['text']),
        ('EXTERNAL TABLE', 'external tables', ['location', 'stage']),
        ('MASKING POLICY', 'masking policies', []),
        ('ROW ACCESS POLICY', 'row access policies', []),
    ]) }}
{% endmacro %}


{# One row of SHOW as an object. What looks like a number or a truth value there, dbt has made one: hence `string`. #}
{% macro _shown(database, kind, columns, row) %}
    {% set text = [] %}
    {% for column in columns if row.get(column) is not none %}
        {% do text.append(row.get(column) | string) %}
    {% endfor %}
    {% set materialized = row.get('is_materialized') | string | lower == 'true' %}
    {{ return({
        'database': database,
        'kind': 'MATERIALIZED VIEW' if materialized else kind,
        'schema': row.schema_name | string,
        'name': row.name | string,
        'owner': row.get('owner'),
        'text': text | join('\n'),
        'state': (row.get('state') or row.get('scheduling_state') or '') | string | lower,
        'url': row.get('url') or '',
        'integration': row.get('storage_integration') or '',
        'source': row.get('table_name') or '',
        'volume': row.get('external_volume_name') or '',
        'secure': row.get('is_secure') | string | lower == 'true',
        'comment': row.get('comment') or '',
    }) }}
{% endmacro %}


{# Functions and procedures with their code, as JSON. #}
{% macro _functions_sql(database) %}
    {% set selects = [] %}
    {% for kind in ['function', 'procedure'] %}
        {% do selects.append(
            "select '" ~ kind | upper ~ "' as kind, " ~ kind ~ '_schema as schema_name, ' ~ kind ~ '_name as name, '
            ~ 'argument_signature as arguments, ' ~ kind ~ '_owner as owner, ' ~ kind ~ '_definition as text from '
            ~ dbt_ghost._quoted([database]) ~ '.information_schema.' ~ kind ~ 's'
        ) %}
    {% endfor %}
    {{ return(
        "select to_json(object_construct('kind', kind, 'schema', schema_name, 'name', name, 'arguments', arguments, "
        ~ "'owner', owner, 'text', text)) as answer\nfrom (\n    " ~ selects | join('\n    union all ') ~ '\n) as code'
    ) }}
{% endmacro %}


{# GHOST_X.SCHEMA.NAME, as reports say it. #}
{% macro _label(object) %}
    {{ return([object.database, object.schema, object.name ~ (object.arguments or '')] | join('.')) }}
{% endmacro %}


{# KIND "GHOST_X"."SCHEMA"."NAME"(TYPES), as statements say it. #}
{% macro _named_sql(object) %}
    {{ return(
        object.kind | lower ~ ' ' ~ dbt_ghost._quoted([object.database, object.schema, object.name])
        ~ (dbt_ghost._argument_types(object.arguments) if object.arguments else '')
    ) }}
{% endmacro %}
