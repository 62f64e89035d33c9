{# Show a plan, and carry it out unless it is a dry run: the same plan, so that a dry run cannot say another thing.

   A plan is a list of {text, ...}: what it does in words, and what the adapter's leaf needs to do it. Returns the
   leaf's answers, in order. #}
{% macro _carry_out(run, plan) %}
    {% set answers = [] %}
    {% for action in plan %}
        {% do log(('would ' if run.dry_run else '') ~ action.text, info=true) %}
        {% if not run.dry_run %}
            {% set answer = dbt_ghost._perform(run, action) %}
            {% if answer.error %}
                {% do dbt_ghost._let_go(run) %}
                {% do dbt_ghost._refuse(
                    run.operation, answer.error.message, answer.error.hint, changed=loop.index0 > 0 or answer.error.get('changed', false)
                ) %}
            {% endif %}
            {% do answers.append(answer.result) %}
        {% endif %}
    {% endfor %}
    {{ return(answers) }}
{% endmacro %}
