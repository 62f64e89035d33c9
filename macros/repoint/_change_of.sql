{# What is to be done with one object that is no view: {op, object, why, names, statements, undo}, or none. `undo` is
   what is done where one of them fails. Nothing but a view is rewritten: what a procedure or a task does with a text,
   only running it tells. #}
{% macro _change_of(run, object, mapping) %}
    {% set names = dbt_ghost._mentioned(dbt_ghost._body_of(object), mapping) %}
    {% set drop = 'drop ' ~ dbt_ghost._named_sql(object) %}
    {% set change = {'object': object, 'names': names, 'op': 'dropped', 'statements': [drop], 'why': none} %}
    {% if object.kind in ['FUNCTION', 'PROCEDURE'] and names %}
        {% do change.update(why='its code names ' ~ names | join(', ')) %}
    {% elif object.kind == 'PROCEDURE' and not object.text %}
        {% do change.update(why='its code is not to be seen, so it may name production') %}
    {% elif object.kind == 'PIPE' %}
        {% do change.update(why='a resumed clone of a pipe loads into production\'s table; ghost_feed makes the'
            ~ ' ghost\'s own') %}
    {% elif object.kind == 'STREAM' and not dbt_ghost._stays_inside(object, mapping) %}
        {% do change.update(why='it is on ' ~ (object.source or 'a table that is not to be seen')) %}
    {% elif object.kind == 'ICEBERG TABLE' %}
        {% do change.update(why='its clone would write into production\'s place in the volume ' ~ object.volume) %}
    {% elif object.kind == 'EXTERNAL TABLE' %}
        {% do change.update(why='it reads production\'s place') %}
    {% elif object.kind == 'STAGE' and object.url %}
        {% do change.update(dbt_ghost._stage_change(run, object, drop)) %}
    {% elif object.kind in ['TASK', 'ALERT', 'DYNAMIC TABLE'] %}
        {% set suspend = 'alter ' ~ dbt_ghost._named_sql(object) ~ ' suspend' %}
        {% do change.update(
            op='suspended', statements=[] if object.state == 'suspended' else [suspend], why='it stays suspended'
        ) %}
    {% elif object.kind.endswith(' POLICY') %}
        {% do change.update(op='kept', statements=[], why='it belongs to ' ~ object.owner ~ ', and only its owner sees'
            ~ ' what it names') %}
    {% endif %}
    {{ return(change if change.why else none) }}
{% endmacro %}


{# Is what a stream reads surely the ghost's? #}
{% macro _stays_inside(stream, mapping) %}
    {% set place = dbt_ghost._resolved(stream.source, stream) if stream.source else [] %}
    {{ return(
        place | length == 3 and place[0] in mapping.values() | list and not dbt_ghost._mentioned(stream.text, mapping)
    ) }}
{% endmacro %}


{# A stage on a bucket that the ghost is fed from gets the ghost's bucket; any other would read, and might write, what
   is production's (F 8.1). #}
{% macro _stage_change(run, stage, drop) %}
    {% set place, fed = dbt_ghost._place_of(stage.url), dbt_ghost._fed_buckets(run) %}
    {% set why = 'it is on ' ~ stage.url ~ ', which no `feed:` of vars: ghost: names' %}
    {% if place.bucket not in fed %}
        {{ return({'why': why}) }}
    {% endif %}
    {% set url = place.scheme ~ fed[place.bucket] ~ place.path %}
    {{ return({
        'op': 'repointed',
        'why': 'it is on ' ~ stage.url ~ ', and could not be set to ' ~ url,
        'statements': ['alter ' ~ dbt_ghost._named_sql(stage) ~ ' set url = ' ~ dbt_ghost._text(url)
            ~ ' storage_integration = ' ~ dbt_ghost._quoted([dbt_ghost._integration(run.config)])],
        'undo': drop,
    }) }}
{% endmacro %}
