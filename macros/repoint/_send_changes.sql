{# Carry out changes, each for itself: {error}, or {failed: {index: {message, left}}}, where `left` says that the
   undoing failed too. Few round trips: as many changes as fit, because a statement is at most 1 MB long. #}
{% macro _send_changes(run, changes) %}
    {% set failed, error, batches, size = {}, {}, [[]], namespace(now=0) %}
    {% for change in changes %}
        {% set lines = dbt_ghost._change_sql(change, loop.index0) if change.statements else '' %}
        {% do dbt_ghost._count(run, change.statements | length, round_trips=0) %}
        {% if size.now + lines | length > 200000 %}
            {% do batches.append([]) %}
            {% set size.now = 0 %}
        {% endif %}
        {% set size.now = size.now + lines | length %}
        {% do batches[-1].append(lines) if lines %}
    {% endfor %}
    {% for batch in batches if batch %}
        {% if not error %}
            {% do dbt_ghost._count(run, 0) %}
            {% set said = fromjson(run_query(dbt_ghost._changes_sql(batch)).rows[0][0]) %}
            {% if not said.ok %}
                {% set code = said.code | int %}
                {% do error.update(code=code, message=said.message, hint=dbt_ghost._hint_for(run, code)) %}
            {% endif %}
            {% for failure in said.notes or [] %}
                {% set before = failed.get(failure.at, {'message': failure.message}) %}
                {% set undone = failure.at not in failed and changes[failure.at].undo %}
                {% do dbt_ghost._count(run, 1, round_trips=0) if undone %}
                {% do failed.update({failure.at: dict(before, left=failure.left)}) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {{ return({'error': error} if error else {'failed': failed}) }}
{% endmacro %}


{# One change in a block of its own, which notes its failure: the others go on. #}
{% macro _change_sql(change, at) %}
    {% set note = "notes := array_append(notes, object_construct('at', " ~ at ~ ", 'message', sqlerrm, 'left', " %}
    {% set undo = ['begin', change.undo ~ ';', 'exception', 'when other then', note ~ 'true));', 'end;'] %}
    {{ return((
        ['begin', change.statements | join(';\n') ~ ';', 'exception', 'when other then',
            note ~ ('false' if change.undo else 'true') ~ '));']
        + (undo if change.undo else []) + ['end;']
    ) | join('\n')) }}
{% endmacro %}


{# Blocks as one: {ok, notes}. A handler sees what is declared, not what its block lets. #}
{% macro _changes_sql(blocks) %}
    {{ return(dbt_ghost._answering_sql(
        ['declare', 'notes array default array_construct();', 'begin'] + blocks, "'notes', notes"
    )) }}
{% endmacro %}
