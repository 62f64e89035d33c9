{# Leaf of the Snowflake clone: make one database. A clone takes no lock, so a build of production may get in its way
   (F 7.13): then what was made of it is dropped, and it is tried again. #}
{% macro _perform_creation(run, part) %}
    {% for attempt in [1, 2, 3] %}
        {% set failed = {} %}
        {% for step in dbt_ghost._creation_steps(run, part) if not failed.error %}
            {% do failed.update(dbt_ghost._send(run, step.statements, step.concurrent)) %}
        {% endfor %}
        {% if not failed.error %}
            {% do run.databases.update({part.ghost: {
                'name': part.ghost, 'comment': dbt_ghost._comment_of(run, part), 'type': 'STANDARD'
            }}) %}
            {{ return({'result': part.ghost}) }}
        {% endif %}
        {% set theirs = dbt_ghost._made_by_another(run, part, failed.error) %}
        {% if theirs or failed.error.code not in [707, 2002] or attempt == 3 %}
            {{ return({'error': theirs or failed.error}) }}
        {% endif %}
        {% do log('production changed while ' ~ part.source ~ ' was cloned: trying again', info=true) %}
        {% do dbt_ghost._send(run, dbt_ghost._drop_sql(run, part.ghost)) if part.ghost in run.databases %}
        {% do dbt_ghost._send(run, ['select system$wait(' ~ 5 * attempt ~ ')']) %}
    {% endfor %}
{% endmacro %}


{# Whether another run made the database first; creating it is the lock, so one of two clones at once ends here. Looks
   again, so that `run.databases` says what there is now. #}
{% macro _made_by_another(run, part, error) %}
    {% set there = dbt_ghost._look(run).databases or {} %}
    {% do run.update(databases=there) %}
    {% if part.ghost in there and there[part.ghost].comment != dbt_ghost._comment_of(run, part) %}
        {{ return({
            'code': 2002,
            'message': part.ghost ~ ' is there: another clone of this branch made it at the same time',
            'hint': 'ghost_status says what it is; wait until it is ready',
        }) }}
    {% elif part.ghost not in there and error.code == 2002 and "'" ~ part.ghost ~ "'" in error.message %}
        {{ return({
            'code': 2002,
            'message': part.ghost ~ ' is there, ' ~ run.session.role ~ ' cannot see it, and so it was not made by dbt-ghost',
            'hint': 'let an admin look what it is, and move it away',
        }) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}
