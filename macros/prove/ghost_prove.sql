{# Whether a branch's ghost could touch production: what in it names production, and which grants of its role go beyond
   ghosts. Changes nothing; fails where it is not proved, so that CI stops. #}
{% macro ghost_prove(branch=none) %}
    {% set run = dbt_ghost._start('ghost_prove', branch) %}
    {% do dbt_ghost._ready_ghost(run) %}
    {% do dbt_ghost._refuse_misfit(run) %}
    {% set proof = dbt_ghost._prove(run) %}
    {% set proved = not proof.references and not proof.grants %}

    {% for word, entries in [
        ('allowed', proof.allowed), ('mention', proof.mentions), ('reference', proof.references),
        ('grant', proof.grants)
    ] %}
        {% for entry in entries %}
            {% do log(word ~ ': ' ~ entry.kind ~ ' ' ~ entry.object ~ ': ' ~ entry.why, info=true) %}
        {% endfor %}
    {% endfor %}
    {% set message = ('proved' if proved else 'not proved: ' ~ proof.references | length ~ ' objects reach production, '
        ~ proof.grants | length ~ ' grants go beyond ghosts') ~ '; looked at ' ~ proof.looked %}
    {% do dbt_ghost._done(run, message, changed=false, more={
        'proved': proved, 'references': proof.references, 'mentions': proof.mentions, 'allowed': proof.allowed,
        'grants': proof.grants,
    }) %}
    {% if not proved %}
        {% do exceptions.raise_compiler_error(
            message ~ '\ndrop what is listed, or name it in vars: ghost: prove: allowed; revoke the grants'
        ) %}
    {% endif %}
{% endmacro %}


{# Leaf: {references, mentions, allowed, grants, looked}. #}
{% macro _prove(run) %}
    {{ return(adapter.dispatch('prove', 'dbt_ghost')(run)) }}
{% endmacro %}

{% macro default__prove(run) %}
    {% do dbt_ghost._not_built('prove a ghost') %}
{% endmacro %}

{# Statements: 12 a database of the ghost, and 2 a role. #}
{% macro snowflake__prove(run) %}
    {% set proof = {'references': [], 'mentions': [], 'allowed': []} %}
    {% set looked = namespace(databases=0, objects=0) %}
    {% set ghosts = dbt_ghost._ghost_databases(run, run.branch, run.database) %}
    {% for name, record in ghosts.items() %}
        {% set found = dbt_ghost._inspect(run, name) %}
        {% set looked.databases = looked.databases + 1 %}
        {% set looked.objects = looked.objects + found | length %}
        {% do dbt_ghost._sort_out(run, record.get('frozen'), found, ghosts | list, proof) %}
    {% endfor %}
    {% set beyond = dbt_ghost._grants_beyond(run) %}
    {{ return(dict(
        proof,
        grants=beyond.grants,
        looked=looked.databases ~ ' databases with ' ~ looked.objects ~ ' objects that have text or a place, and '
            ~ beyond.roles | length ~ ' roles'
    )) }}
{% endmacro %}
