{# Drop one ghost of the sweep; what goes wrong is returned, where another operation would end. #}
{% macro _sweep(run, provenance, plan) %}
    {% set database = dbt_ghost._database_name(run.project, provenance.branch) %}
    {% set one = dict(run, branch=provenance.branch, database=database, provenance=provenance) %}
    {% set failed = [] %}
    {% for action in dbt_ghost._drop_plan(one, dbt_ghost._find(one)) if not failed %}
        {% do plan.append(action.text) %}
        {% do log(('would ' if run.dry_run else '') ~ action.text, info=true) %}
        {% set answer = {} if run.dry_run else dbt_ghost._perform(one, action) %}
        {% if answer.error %}
            {% do log('warning: ' ~ provenance.branch ~ ': ' ~ answer.error.message, info=true) %}
            {% do failed.append(answer.error.message ~ (' (' ~ answer.error.hint ~ ')' if answer.error.hint else '')) %}
        {% endif %}
    {% endfor %}
    {{ return(failed | join) }}
{% endmacro %}


{# The end of a sweep in which ghosts could not be dropped: the lists, then the error. #}
{% macro _fail_sweep(run, lists) %}
    {% set branches = lists.failed | map(attribute='branch') | join(', ') %}
    {% set message = 'not dropped: ' ~ branches ~ ': ' ~ lists.failed[0].why %}
    {% set hint = 'mend that and run it again: what was dropped stays dropped' %}
    {% do dbt_ghost._emit(dict(
        operation=run.operation, ok=false, changed=lists.plan | length > 1 or lists.dropped | length > 0,
        error={'message': message, 'hint': hint}, **lists
    )) %}
    {% do exceptions.raise_compiler_error(message ~ '\n' ~ hint) %}
{% endmacro %}


{# A list of branch names as git has them. For `branches` nothing, or an empty list, is refused: where nobody knows
   which branches there are, none is gone. #}
{% macro _checked_branches(run, argument, names) %}
    {% set wrong = {} %}
    {% if names is string or names is mapping or names is not iterable %}
        {% do wrong.update(text=argument ~ ' must be a list, not ' ~ tojson(names)) %}
    {% elif argument == 'branches' and not names %}
        {% do wrong.update(text='branches is empty: then every branch would count as gone') %}
    {% else %}
        {% for name in names if name is not string or not modules.re.fullmatch('[^\\s*+][^\\s]*', name.strip()) %}
            {% do wrong.update(text=argument ~ ' has ' ~ tojson(name) ~ ', which is no branch\'s name') %}
        {% endfor %}
    {% endif %}
    {% if wrong %}
        {% do dbt_ghost._refuse(
            run.operation, wrong.text,
            'list all branches that there are: --args \'{branches: [main, "fix/a"], dry_run: false}\''
        ) %}
    {% endif %}
    {% set checked = [] %}
    {% for name in names %}
        {% do checked.extend([name, modules.re.sub('^(refs/heads/|(refs/)?remotes/[^/]+/|origin/)', '', name.strip())]) %}
    {% endfor %}
    {{ return(checked) }}
{% endmacro %}


{# Why a ghost stays, {text, warn}, or none. The record is what `_list` found it by: the first witness. #}
{% macro _why_kept(run, provenance, branches, pins) %}
    {% set expires = dbt_ghost._moment(provenance.get('expires_at')) %}
    {% set lease, now = dbt_ghost._lease_of(provenance), dbt_ghost._now(run) %}
    {% set until = dbt_ghost._moment(lease.until) if lease else none %}
    {% set there, expired = provenance.branch in branches, expires and expires < now %}
    {% if not expires %}
        {{ return({'text': 'its record does not say until when it lives', 'warn': true}) }}
    {% elif provenance.branch in pins or provenance.get('pinned') %}
        {{ return({'text': 'it is pinned', 'warn': expired and not there}) }}
    {% elif there and expired %}
        {{ return({'text': 'it expired at ' ~ provenance.expires_at ~ ', but its branch is there', 'warn': true}) }}
    {% elif there %}
        {{ return({'text': 'its branch is there, and it lives until ' ~ provenance.expires_at, 'warn': false}) }}
    {% elif not expired %}
        {{ return({'text': 'its branch is gone, but it lives until ' ~ provenance.expires_at, 'warn': true}) }}
    {% elif lease and (not until or until > now) %}
        {% set held = 'held by ' ~ lease.holder ~ ' until ' ~ lease.until %}
        {{ return({'text': 'it is ' ~ provenance.state ~ ', ' ~ held, 'warn': true}) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}
