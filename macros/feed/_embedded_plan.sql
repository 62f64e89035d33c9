{# The embedded load: one action for each file that the ghost does not have yet. #}
{% macro duckdb__feed_plan(run, feeds) %}
    {% set plan, types, loads = [], {}, {} %}
    {% for checked in feeds %}
        {% set feed = dbt_ghost._embedded_target(run, checked) %}
        {% for action in dbt_ghost._embedded_feed(run, feed, types.setdefault(feed.table | string, {})) %}
            {% set place = feed.table ~ ' ' ~ action.file %}
            {% if loads.get(place, feed.bucket) != feed.bucket %}
                {% do dbt_ghost._refuse(
                    run.operation, 'the buckets ' ~ loads[place] ~ ' and ' ~ feed.bucket ~ ' both have ' ~ action.file
                        ~ ' for ' ~ feed.table ~ ': the one would replace the rows of the other',
                    'feed them into two tables, or narrow `prefix`'
                ) %}
            {% endif %}
            {% do plan.append(action) if place not in loads %}
            {% do loads.update({place: feed.bucket}) %}
        {% endfor %}
    {% endfor %}
    {{ return(plan) }}
{% endmacro %}


{# The entry with its table as a relation and its one key column. #}
{% macro _embedded_target(run, feed) %}
    {% if not feed.key_columns %}
        {% do dbt_ghost._refuse(
            run.operation,
            feed.where ~ 'the embedded load needs `key`: the one column that holds the file\'s key, as key: [_file]',
            'correct it in dbt_project.yml'
        ) %}
    {% endif %}
    {% set relation = adapter.get_relation(database=target.database, schema=feed.schema, identifier=feed.table) %}
    {% if not relation %}
        {% do dbt_ghost._refuse(
            run.operation, feed.where ~ 'there is no such table in the ghost',
            'create it in production, then clone again'
        ) %}
    {% endif %}
    {{ return(dict(feed, table=relation, key=feed.key_columns[0])) }}
{% endmacro %}


{% macro duckdb__feed_outcome(run, plan, answers) %}
    {% set files = plan | map(attribute='file') | list %}
    {% set rows = answers | map(attribute='rows') | sum %}
    {% set count = files | length ~ ' file' ~ ('' if files | length == 1 else 's') %}
    {% if not files %}
        {% set message = 'nothing to load: the ghost has every file of its buckets' %}
    {% elif run.dry_run %}
        {% set message = 'dry run: ' ~ count ~ ' to load, nothing was changed' %}
    {% else %}
        {% set message = count ~ ' loaded, ' ~ rows ~ ' rows' %}
    {% endif %}
    {{ return({'message': message, 'changed': files | length > 0, 'more': {
        'files': files, 'rows': rows, 'added_columns': plan | sum(attribute='added', start=[])
    }}) }}
{% endmacro %}
