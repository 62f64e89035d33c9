{# Say what came of the changes, in `run.report` and, for what the ghost lacks now, in words. #}
{% macro _report_changes(run, changes, failed) %}
    {% set nodes = dbt_ghost._dbt_nodes(run) %}
    {% for change in changes %}
        {% set failure = failed.get(loop.index0) %}
        {% set label = dbt_ghost._label(change.object) %}
        {% set entry = {'object': label, 'kind': change.object.kind, 'why': change.why} %}
        {% do entry.update(why=change.why ~ ': ' ~ failure.message) if failure %}
        {% if change.op == 'kept' or failure and failure.left %}
            {% do run.report.kept.append(entry) %}
            {% do log('left as it is: ' ~ entry.kind ~ ' ' ~ label ~ ': ' ~ entry.why, info=true) if failure %}
        {% elif change.op == 'dropped' or failure %}
            {% do run.report.dropped.append(entry) %}
            {% do run.report.rebuild.append(nodes[label | upper]) if label | upper in nodes %}
            {% do log('dropped: ' ~ entry.kind ~ ' ' ~ label ~ ': ' ~ entry.why, info=true) %}
        {% elif change.op == 'suspended' %}
            {% do run.report.suspended.append({'object': label, 'kind': entry.kind, 'names': change.names}) %}
        {% else %}
            {% do run.report.repointed.append(entry.kind ~ ' ' ~ label) %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{# {GHOST_X.SCHEMA.NAME: unique id} of what dbt builds in the ghost. On the ghost target the project's nodes have the
   ghost's database; those of a project without the shims have production's. #}
{% macro _dbt_nodes(run) %}
    {% set mapping, nodes = dbt_ghost._ghost_mapping(run), {} %}
    {% for node in (graph.nodes or {}).values() if node.resource_type in ['model', 'seed', 'snapshot'] %}
        {% set database = node.database | default('', true) | upper %}
        {% do nodes.update({
            [mapping.get(database, database), node.schema, node.alias] | join('.') | upper: node.unique_id
        }) %}
    {% endfor %}
    {{ return(nodes) }}
{% endmacro %}
