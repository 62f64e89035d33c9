{# Leaf of the Snowflake clone: what the clone has, against what production had before. A role that may not see an
   object clones the rest without a word (F 7.1), so what is missing is said loudly. One statement. #}
{% macro _perform_comparison(run, part) %}
    {% set there, ours, missing = {}, {}, [] %}
    {% for object in dbt_ghost._inventory(run, part.ghost) %}
        {% do there.update({object.kind ~ ' ' ~ object.schema ~ '.' ~ object.name: true}) %}
        {% set count = run.report.cloned.get(object.kind, 0) + 1 %}
        {% do run.report.cloned.update({object.kind: count}) %}
    {% endfor %}
    {% for dropped in run.report.dropped %}
        {% do ours.update({dropped.object: true}) %}
    {% endfor %}
    {% for view in run.views %}
        {% do ours.update({dbt_ghost._label(view): true}) %} {# made or dropped, and reported, by the re-pointing #}
    {% endfor %}
    {% for object in part.objects if object.kind ~ ' ' ~ object.schema ~ '.' ~ object.name not in there %}
        {% set label = [part.ghost, object.schema, object.name] | join('.') %}
        {% if label not in ours %}
            {% set place = [part.prod, object.schema] + ([] if object.kind == 'SCHEMA' else [object.name]) %}
            {% do missing.append({
                'object': place | join('.'),
                'kind': object.kind,
                'why': dbt_ghost._why_missing(run, part, object.kind),
            }) %}
        {% endif %}
    {% endfor %}
    {% do missing.extend(dbt_ghost._schemas_unseen(run, part)) %}
    {% do run.report.not_cloned.extend(missing) %}
    {% do dbt_ghost._warn_missing(part, missing | rejectattr('kind', 'equalto', 'PIPE') | list) %}
    {{ return({'result': run.report}) }}
{% endmacro %}


{% macro _why_missing(run, part, kind) %}
    {% set unseen = 'the role that clones may not read it, or production was changing' %}
    {% set known = {
        'EXTERNAL TABLE': 'Snowflake does not clone external tables',
        'Internal Named': 'Snowflake does not clone internal stages',
        'ICEBERG TABLE': 'Snowflake clones no Iceberg table that another catalog manages',
        'PIPE': 'a resumed clone of a pipe loads into production\'s table: ghost_feed makes the ghost\'s own',
    } %}
    {% if run.config.clone.ignore_hybrid_tables or part.strategy != 'database' %}
        {% do known.update({'HYBRID TABLE': 'hybrid tables are left out (ignore_hybrid_tables, or by schema)'}) %}
    {% endif %}
    {% if run.config.clone.ignore_insufficient_retention %}
        {% do known.update({'TABLE': 'its Time Travel does not reach ' ~ run.t ~ ', or ' ~ unseen}) %}
    {% endif %}
    {% if part.strategy == 'tables' and kind not in ['TABLE', 'VIEW', 'SCHEMA'] %}
        {{ return(known.get(kind) or 'clone: strategy: tables clones tables alone') }}
    {% endif %}
    {{ return(known.get(kind, unseen)) }}
{% endmacro %}


{# Schemas that dbt names in the production database, and that neither it nor its clone shows to the role. #}
{% macro _schemas_unseen(run, part) %}
    {% set seen, unseen = {'INFORMATION_SCHEMA': true}, {} %}
    {% for object in part.objects %}
        {% do seen.update({object.schema | upper: true}) %}
    {% endfor %}
    {% set nodes = (graph.nodes or {}).values() | list + (graph.sources or {}).values() | list %}
    {% for node in nodes if node.resource_type in ['model', 'seed', 'snapshot', 'source'] and node.schema %}
        {% set here = node.database | default('', true) | upper in [part.prod, part.ghost] %}
        {% if here and node.schema | upper not in seen %}
            {% do unseen.update({node.schema | upper: node.unique_id}) %}
        {% endif %}
    {% endfor %}
    {% set missing = [] %}
    {% for schema, node in unseen.items() %}
        {% do missing.append({
            'object': part.prod ~ '.' ~ schema,
            'kind': 'SCHEMA',
            'why': 'not seen by the role that clones, and named by ' ~ node ~ '; all is well if the branch adds it',
        }) %}
    {% endfor %}
    {{ return(missing) }}
{% endmacro %}


{# Pipes are not among these: those are always left out. #}
{% macro _warn_missing(part, missing) %}
    {% do exceptions.warn(missing | length ~ ' objects of ' ~ part.prod ~ ' are not in ' ~ part.ghost) if missing %}
    {% for entry in missing[:20] %}
        {% do log('not cloned: ' ~ entry.kind ~ ' ' ~ entry.object ~ ': ' ~ entry.why, info=true) %}
    {% endfor %}
    {% do log('... and ' ~ (missing | length - 20) ~ ' more', info=true) if missing | length > 20 %}
{% endmacro %}
