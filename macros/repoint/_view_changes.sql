{# The changes that give views the ghost's names: a view after those that it names, so that one that names a dropped
   view fails, and is dropped too. #}
{% macro _view_changes(run, mapping) %}
    {% set named = [] %}
    {% for view in run.views %}
        {% if view.missing or not view.text or dbt_ghost._named_in(dbt_ghost._body_of(view), mapping).code %}
            {% set place = dbt_ghost._quoted([view.database, view.schema, view.name]) %}
            {% set sql = dbt_ghost._view_sql(view, place, mapping) if view.kind == 'VIEW' else none %}
            {% do named.append(dict(view, place=place, sql=sql)) %}
        {% endif %}
    {% endfor %}
    {% set guarded = dbt_ghost._guarded(run, named | selectattr('sql') | list) %}
    {% set changes = [] %}
    {% for view in dbt_ghost._in_order(named) %}
        {% do changes.append(dbt_ghost._view_change(view, guarded.get(view.place))) %}
    {% endfor %}
    {{ return(changes) }}
{% endmacro %}


{# A policy or a tag cannot be put on again by the ghost's role, and without it the view would show what it must not. #}
{% macro _view_change(view, guard) %}
    {% set drop = 'drop ' ~ view.kind | lower ~ (' if exists ' if view.missing else ' ') ~ view.place %}
    {% set change = {'object': view, 'op': 'dropped', 'statements': [drop], 'names': []} %}
    {% if view.kind != 'VIEW' %}
        {% do change.update(why='it names production, and a materialized view is not made again from its text') %}
    {% elif not view.text %}
        {% do change.update(why='its text is not to be seen') %}
    {% elif not view.sql %}
        {% do change.update(why='it names production, and its text is no plain `create view`') %}
    {% elif guard %}
        {% do change.update(why='it names production, and could not be made again: ' ~ guard) %}
    {% else %}
        {% set comment = 'comment on view ' ~ view.place ~ ' is ' ~ dbt_ghost._text(view.comment) %}
        {% do change.update(
            op='repointed',
            statements=['execute immediate ' ~ dbt_ghost._text(view.sql)]
                + ([comment] if view.comment and view.comment not in view.text else []),
            undo=drop,
            why='it names production, and could not be made again'
        ) %}
    {% endif %}
    {{ return(change) }}
{% endmacro %}


{# {place: why not} of the views that have a policy or a tag. Asked of GET_DDL, which shows to any owner that there is
   one; POLICY_REFERENCES is an error to a role without rights on policies. #}
{% macro _guarded(run, views) %}
    {% set guarded = {} %}
    {% for batch in views | batch(200) %}
        {% set blocks = [] %}
        {% for view in batch %}
            {% do guarded.update({view.place: 'which policies it has is not to be seen'}) %}
            {% set origin = dbt_ghost._quoted([view.origin, view.schema, view.name]) %}
            {% set note = "notes := array_append(notes, object_construct('at', " ~ loop.index0 %}
            {% do blocks.append([
                'begin', note ~ ", 'ddl', get_ddl('VIEW', " ~ dbt_ghost._text(origin) ~ ', true)));', 'exception',
                'when other then', note ~ ", 'message', sqlerrm));", 'end;',
            ] | join('\n')) %}
        {% endfor %}
        {% do dbt_ghost._count(run, 1) %}
        {% set said = fromjson(run_query(dbt_ghost._changes_sql(blocks)).rows[0][0]) %}
        {% for answer in said.notes or [] %}
            {% set wrong = dbt_ghost._guard_in(answer.ddl) if answer.ddl else answer.message %}
            {% do guarded.update({batch[answer.at].place: wrong}) if wrong or answer.ddl %}
        {% endfor %}
    {% endfor %}
    {{ return(guarded) }}
{% endmacro %}
