{# The first database is the ghost: its comment is the record and its creation the lock. The others follow, all as of
   one T; what they hold is then re-pointed and counted, and only then is the ghost ready. #}
{% macro snowflake__clone_plan(run) %}
    {% do dbt_ghost._refuse_held(run) %}
    {% set parts = dbt_ghost._parts(run) %}
    {% for part in parts %}
        {% do dbt_ghost._refuse_source(run, part.prod, part.source, part.ghost) %}
    {% endfor %}
    {% do run.update(t=dbt_ghost._t_of(run, parts), parts=parts) %}
    {% do run.update(provenance=dbt_ghost._new_provenance(run)) %}
    {% set plan = [] %}
    {% if run.database in run.databases %}
        {% do plan.extend(dbt_ghost._drop_plan(run, {'exists': true})) %}
    {% endif %}
    {% for part in parts %}
        {% do plan.append(dbt_ghost._creation(run, part)) %}
    {% endfor %}
    {% for part in parts if not part.frozen %}
        {% do plan.append({
            'op': 'repoint', 'part': part, 'text': 're-point in ' ~ part.ghost ~ ' what names production'
        }) %}
    {% endfor %}
    {% for part in parts if not part.frozen %}
        {% do plan.append({
            'op': 'compare', 'part': part, 'text': 'compare what is in ' ~ part.ghost ~ ' with ' ~ part.prod
        }) %}
    {% endfor %}
    {% do plan.append({'op': 'mark', 'text': 'mark it as ready', 'changes': {'state': 'ready', 'lease': none}}) %}
    {{ return(plan) }}
{% endmacro %}


{% macro snowflake__renew_plan(run) %}
    {% do run.update(provenance=dbt_ghost._find(run).provenance) %}
    {{ return([{
        'op': 'mark',
        'text': 'keep the ghost for another ' ~ run.config.ttl,
        'changes': {'expires_at': dbt_ghost._later(run.session.now, run.config.ttl)},
    }]) }}
{% endmacro %}


{# What is cloned: {prod, ghost, source, frozen} a database; the source is a template in the template set-up. #}
{% macro _parts(run) %}
    {% set parts = [] %}
    {% set templates = {} %}
    {% for database, template in run.config.clone.templates.items() %}
        {% do templates.update({database | upper: template | upper}) %}
    {% endfor %}
    {% for database in run.config.databases | map('upper') | unique %}
        {% set ghost = dbt_ghost._clone_name(run.config, run.branch, database) %}
        {% set source = templates.get(database, database) %}
        {% do parts.append({'prod': database, 'ghost': ghost, 'source': source, 'frozen': false}) %}
    {% endfor %}
    {% if run.config.clone.frozen_base %}
        {% for part in parts | list %}
            {% do parts.append(dict(part, ghost=part.ghost ~ '__BASE', frozen=true)) %}
        {% endfor %}
    {% endif %}
    {{ return(parts) }}
{% endmacro %}


{% macro _refuse_source(run, database, source, ghost) %}
    {% set found = run.databases.get(source) %}
    {% if run.config.clone.ownership == 'template' and source == database %}
        {% set wrong = 'there is no template of ' ~ database ~ ' in vars: ghost: clone: templates' %}
    {% elif not found %}
        {% set wrong = 'the role ' ~ run.session.role ~ ' sees no database ' ~ source %}
    {% elif found.type != 'STANDARD' %}
        {% set wrong = source ~ ' is of type ' ~ found.type ~ ': only a database of this account can be cloned, not one'
            ~ ' that another account shares' %}
    {% elif not modules.re.fullmatch(dbt_ghost._ghost_re(run.project), ghost)
        or ghost in run.config.databases | map('upper') | list %}
        {% set wrong = ghost ~ ' is not a name that a ghost may have' %}
    {% endif %}
    {% if wrong %}
        {% do dbt_ghost._refuse(
            run.operation, wrong,
            'correct vars: ghost: in dbt_project.yml, or let an admin run what ghost_setup_sql prints'
        ) %}
    {% endif %}
{% endmacro %}
