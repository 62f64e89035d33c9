{# Put what a database has that names production among references, mentions, or allowed ones: {object, kind, why}. #}
{% macro _sort_out(run, frozen, found, ghosts, proof) %}
    {% set names = (run.config.databases + run.config.clone.templates.values() | list) | map('upper') | list %}
    {% set allowed = ((run.config.get('prove') or {}).get('allowed') or []) | map('lower') | list %}
    {% set stages = dbt_ghost._own_stages(run, found) %}
    {% for object in found %}
        {% set finding = dbt_ghost._finding(object, names, ghosts, stages) %}
        {% set entry = {'object': dbt_ghost._label(object), 'kind': object.kind, 'why': finding.why} %}
        {% if finding.why and (object.schema ~ '.' ~ object.name) | lower in allowed %}
            {% do proof.allowed.append(entry) %}
        {% elif finding.why and (finding.mention or frozen) %}
            {% do proof.mentions.append(entry) %}
        {% elif finding.why %}
            {% do proof.references.append(entry) %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{# {why, mention} of one object; no `why` where it has nothing to do with production. What is suspended, and what is
   said in a string or a comment of a query, is a mention. #}
{% macro _finding(object, names, ghosts, stages) %}
    {% set body = dbt_ghost._body_of(object) %}
    {% set mentioned = dbt_ghost._mentioned(body, names) | join(', ') %}
    {% set idle = object.state == 'suspended' %}
    {% if object.kind in ['VIEW', 'MATERIALIZED VIEW', 'DYNAMIC TABLE', 'PROCEDURE'] and not object.text %}
        {{ return({'why': 'its text is not to be seen, so it may name production', 'mention': idle}) }}
    {% elif object.kind in ['VIEW', 'MATERIALIZED VIEW', 'DYNAMIC TABLE'] %}
        {% set code = dbt_ghost._named_in(body, names).code | join(', ') %}
        {% if code %}
            {{ return({'why': 'reads ' ~ code, 'mention': idle}) }}
        {% endif %}
        {{ return({'why': 'a string or a comment names ' ~ mentioned if mentioned else '', 'mention': true}) }}
    {% elif object.kind in ['FUNCTION', 'PROCEDURE', 'TASK', 'ALERT'] and mentioned %}
        {{ return({'why': 'its code names ' ~ mentioned, 'mention': idle}) }}
    {% elif object.kind == 'FUNCTION' and not object.text %}
        {{ return({'why': 'its code is not to be seen', 'mention': true}) }}
    {% elif object.kind == 'STREAM' and (mentioned or not dbt_ghost._is_in(object.source, object, ghosts)) %}
        {{ return({'why': 'is on ' ~ (object.source or 'a table that is not to be seen')}) }}
    {% elif object.kind == 'STAGE' and object.url and dbt_ghost._label(object) not in stages %}
        {{ return({'why': 'is on ' ~ object.url ~ ' by ' ~ (object.integration or 'credentials of its own')}) }}
    {% elif object.kind == 'PIPE' and (mentioned or not dbt_ghost._loads_from(object, stages)) %}
        {{ return({'why': 'loads from another place than the ghost\'s buckets, or names production'}) }}
    {% elif object.kind == 'ICEBERG TABLE' %}
        {{ return({'why': 'is kept in the volume ' ~ (object.volume or 'of its database')}) }}
    {% elif object.kind == 'EXTERNAL TABLE' %}
        {{ return({'why': 'reads ' ~ (object.text or 'a place that is not to be seen')}) }}
    {% elif object.kind.endswith(' POLICY') %}
        {{ return({'why': 'only its owner ' ~ object.owner ~ ' sees what it names', 'mention': true}) }}
    {% endif %}
    {{ return({}) }}
{% endmacro %}


{# Is a dotted name surely in one of the ghost's databases? #}
{% macro _is_in(name, object, ghosts) %}
    {% set place = dbt_ghost._resolved(name, object) if name else [] %}
    {{ return(place | length == 3 and place[0] in ghosts) }}
{% endmacro %}


{# The labels of stages that are on the ghost's buckets, by the ghosts' integration. #}
{% macro _own_stages(run, found) %}
    {% set buckets = dbt_ghost._fed_buckets(run).values() | list %}
    {% set own = [] %}
    {% for stage in found if stage.kind == 'STAGE' %}
        {% if dbt_ghost._place_of(stage.url).bucket in buckets
            and stage.integration | upper == dbt_ghost._integration(run.config) %}
            {% do own.append(dbt_ghost._label(stage)) %}
        {% endif %}
    {% endfor %}
    {{ return(own) }}
{% endmacro %}


{# Does a pipe load from these stages alone? #}
{% macro _loads_from(pipe, stages) %}
    {% set from = [] %}
    {% for name in modules.re.findall('@\\s*(' ~ dbt_ghost._dotted_re() ~ ')', dbt_ghost._code_of(pipe.text)) %}
        {% do from.append(dbt_ghost._resolved(name, pipe) | join('.')) %}
    {% endfor %}
    {{ return(from != [] and from | reject('in', stages) | list == []) }}
{% endmacro %}
