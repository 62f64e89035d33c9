{# What `vars: ghost: observe:` says of comparing tables; the CLI checks every value. `tables` limits what is compared to
   these, as schema.name. #}
{% macro _observe_config(run, tables, samples) %}
    {% set config = run.config.get('observe') or {} %}
    {% if tables is not none and (tables is string or tables is mapping or tables is not iterable) %}
        {% do dbt_ghost._refuse(run.operation, 'tables must be a list, not ' ~ tables, 'tables: [analytics.orders]') %}
    {% endif %}
    {% set samples = samples if samples is not none else config.get('samples', 20) %}
    {% if samples is not integer or samples is boolean or samples < 0 or samples > 1000 %}
        {% do dbt_ghost._refuse(
            run.operation, 'samples must be a number from 0 to 1000, not ' ~ samples, 'samples: 20'
        ) %}
    {% endif %}
    {% set named, settings = [], {} %}
    {% for table in tables or [] %}
        {% do named.append(table | lower) %}
    {% endfor %}
    {% for table, own in (config.get('tables') or {}).items() %}
        {% do settings.update({table | lower: own or {}}) %}
    {% endfor %}
    {{ return({
        'only': named if tables is not none else none, 'samples': samples, 'tables': settings,
        'key': config.get('key') or [], 'ignore': config.get('ignore') or [],
        'tolerance': config.get('tolerance') or {},
    }) }}
{% endmacro %}


{# The settings of one table: its own go before the ones for all. #}
{% macro _table_config(run, table) %}
    {% set own = run.observe.tables.get(table | lower, {}) %}
    {% set ignored, tolerance = [], {} %}
    {% for column in run.observe.ignore + (own.get('ignore') or []) %}
        {% do ignored.append(column | lower) %}
    {% endfor %}
    {% for settings in [run.observe.tolerance, own.get('tolerance') or {}] %}
        {% for name, largest in settings.items() %}
            {% do tolerance.update({name | lower: largest}) %}
        {% endfor %}
    {% endfor %}
    {{ return({'key': own.get('key') or [], 'any_key': run.observe.key, 'ignore': ignored, 'tolerance': tolerance}) }}
{% endmacro %}
