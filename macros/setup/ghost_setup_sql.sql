{# Print what an admin runs once: roles, user, warehouse, reading rights, the procedures of the chosen set-up, the integration.
   With `dbt --quiet` nothing but SQL goes to stdout. Sends nothing to the warehouse. #}
{% macro ghost_setup_sql(aws_role_arn=none, credit_quota=10) %}
    {% set config = dbt_ghost._config('ghost_setup_sql') %}
    {% if not config.role %}
        {% do dbt_ghost._refuse(
            'ghost_setup_sql', 'vars: ghost: role is not set: there is nobody to set up', 'role: GHOST_DEV'
        ) %}
    {% endif %}
    {% if config.feed and not aws_role_arn %}
        {% do dbt_ghost._refuse(
            'ghost_setup_sql', 'aws_role_arn is not given, and `feed:` needs it: the AWS role that reads ghost buckets',
            "--args '{aws_role_arn: arn:aws:iam::<account>:role/<name>}'"
        ) %}
    {% endif %}
    {% set config = dict(config, role=config.role | upper, databases=config.databases | map('upper') | list) %}
    {% set sections = [
        dbt_ghost._setup_roles(config),
        dbt_ghost._setup_reading(config),
        dbt_ghost._setup_warehouse(config, credit_quota),
        dbt_ghost._setup_procedures(config),
    ] %}
    {% do sections.append(dbt_ghost._setup_templates(config)) if config.clone.ownership == 'template' %}
    {% do sections.append(dbt_ghost._setup_integration(config, aws_role_arn)) if config.feed %}
    {% do print('use role accountadmin;') %}
    {% for title, lines in sections %}
        {% do print('\n-- ' ~ title) %}
        {% for why, statement in lines %}
            {% do print('-- ' ~ why ~ '\n' ~ statement ~ ';') %}
        {% endfor %}
    {% endfor %}
    {% do dbt_ghost._emit({
        'operation': 'ghost_setup_sql', 'ok': true, 'changed': false, 'dry_run': true, 'project': config.project,
        'branch': none, 'database': none, 'message': 'printed; an admin runs it once, and again when vars: ghost: changes',
    }) %}
{% endmacro %}
