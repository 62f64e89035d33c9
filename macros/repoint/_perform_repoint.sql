{# Leaf of the Snowflake clone: a clone's text still names production (F 7.7). Views get the ghost's names; what
   cannot be given them with certainty is dropped and reported. The views of all databases come last: they may name
   each other. #}
{% macro _perform_repoint(run, part) %}
    {% if not run.report %}
        {% do run.update(views=[], report={
            'repointed': [], 'dropped': [], 'suspended': [], 'kept': [], 'rebuild': [], 'cloned': {}, 'not_cloned': []
        }) %}
    {% endif %}
    {% set mapping = dbt_ghost._ghost_mapping(run) %}
    {% set found = dbt_ghost._inspect(run, part.ghost) %}
    {% do run.views.extend(dbt_ghost._views_of(run, part, found)) %}
    {% set changes = [] %}
    {% for object in found %}
        {% do changes.append(dbt_ghost._change_of(run, object, mapping)) %}
    {% endfor %}
    {% set ghosts = run.parts | rejectattr('frozen') | map(attribute='ghost') | list %}
    {% if part.ghost == ghosts[-1] %}
        {% do changes.extend(dbt_ghost._view_changes(run, mapping)) %}
    {% endif %}
    {% set answer = dbt_ghost._send_changes(run, changes | select | list) %}
    {% if answer.error %}
        {{ return(answer) }}
    {% endif %}
    {% do dbt_ghost._report_changes(run, changes | select | list, answer.failed) %}
    {{ return({'result': run.report}) }}
{% endmacro %}


{# {what names production: what stands in for it in the ghost}. #}
{% macro _ghost_mapping(run) %}
    {% set mapping = {} %}
    {% for part in run.parts if not part.frozen %}
        {% do mapping.update({part.prod: part.ghost, part.source: part.ghost}) %}
    {% endfor %}
    {{ return(mapping) }}
{% endmacro %}


{# The views to look at, each with `origin`, the database whose view its text and policies are of, and whether it is
   `missing`: cloning table by table brings no views, so they are made from production's text. #}
{% macro _views_of(run, part, found) %}
    {% set views = [] %}
    {% if part.strategy != 'tables' %}
        {% for view in found if view.kind in ['VIEW', 'MATERIALIZED VIEW'] %}
            {% do views.append(dict(view, origin=view.database, missing=false)) %}
        {% endfor %}
        {{ return(views) }}
    {% endif %}
    {% for row in dbt_ghost._ask(run, 'show views in database ' ~ dbt_ghost._quoted([part.source])) %}
        {% set view = dbt_ghost._shown(part.ghost, 'VIEW', ['text'], row) %}
        {% if view.kind == 'VIEW' and view.schema != 'INFORMATION_SCHEMA' %}
            {% do views.append(dict(view, origin=part.source, missing=true)) %}
        {% endif %}
    {% endfor %}
    {{ return(views) }}
{% endmacro %}
