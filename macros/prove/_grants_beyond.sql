{# Every grant by which the ghost's role could write outside of the project's ghosts: {grants: [{role, privilege,
   kind, object, why}], roles}. Looks at the role, at PUBLIC, at active secondary roles, and at all that those have. 2
   statements a role. What is not known to be harmless is listed. #}
{% macro _grants_beyond(run) %}
    {% set secondary = fromjson(run.session.secondary_roles or '{}', {}).get('roles') or '' %}
    {% set next = ['ROLE "' ~ run.session.role ~ '"', 'ROLE "PUBLIC"'] %}
    {% for role in secondary.split(',') if role.strip() %}
        {% do next.append('ROLE ' ~ dbt_ghost._quoted([role.strip()])) %}
    {% endfor %}
    {% set walk, roles, grants = namespace(next=next), [], [] %}
    {% for depth in range(100) %}
        {% set now = walk.next | unique | reject('in', roles) | list %}
        {% set walk.next = [] %}
        {% for role in now %}
            {% do roles.append(role) %}
            {% for grant in dbt_ghost._grants_to(run, role) %}
                {% set inherited = dbt_ghost._inherited_role(grant) %}
                {% if inherited %}
                    {% do walk.next.append(inherited) %}
                {% elif not dbt_ghost._is_harmless(run, grant) %}
                    {% set why = grant.privilege ~ ' is granted to the ' ~ role | replace('"', '') %}
                    {% do grants.append(dict(grant, why=why)) %}
                {% endif %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {{ return({'grants': grants, 'roles': roles}) }}
{% endmacro %}


{# [{role, privilege, kind, object}], present and future; future objects are named DB.SCHEMA.<KIND>. #}
{% macro _grants_to(run, role) %}
    {% set grants = [] %}
    {% for row in dbt_ghost._ask(run, 'show grants to ' ~ role)
        + dbt_ghost._ask(run, 'show future grants to ' ~ role) %}
        {% do grants.append({
            'role': role.split(' ')[-1] | replace('"', ''),
            'privilege': row.privilege | string | upper,
            'kind': (row.get('granted_on') or row.get('grant_on')) | string | upper | replace('_', ' '),
            'object': row.name | string,
        }) %}
    {% endfor %}
    {{ return(grants) }}
{% endmacro %}


{# What follows SHOW GRANTS TO for a role that this grant brings, or none. Those of databases are listed
   with their database, but for those of SNOWFLAKE, which nobody may look into. #}
{% macro _inherited_role(grant) %}
    {% if grant.privilege == 'USAGE' and grant.kind == 'ROLE' and '!' not in grant.object %}
        {{ return('ROLE ' ~ (grant.object if grant.object[0] == '"' else dbt_ghost._quoted([grant.object]))) }}
    {% elif grant.privilege == 'USAGE' and grant.kind == 'DATABASE ROLE' and '.' in grant.object
        and not grant.object.startswith('SNOWFLAKE.') %}
        {{ return('DATABASE ROLE ' ~ grant.object) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}
