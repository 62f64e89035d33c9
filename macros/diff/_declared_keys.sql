{# What the project says of keys: {lower-case schema.name: {key, from}}. dbt's `unique` tests go first, then contracts, then
   what incremental models merge by. Whether a key is one is seen when rows are compared. #}
{% macro _declared_keys() %}
    {% set found, names = {}, {} %}
    {% if graph is defined and graph and execute %}
        {% for node in (graph.nodes.values() | list) + (graph.sources.values() | list) %}
            {% set identifier = node.get('alias') or node.get('identifier') or node.name %}
            {% do names.update({node.unique_id: (node.schema ~ '.' ~ identifier) | lower}) %}
        {% endfor %}
        {% for node in graph.nodes.values() if node.resource_type == 'test' %}
            {% do dbt_ghost._key_of_test(node, names, found) %}
        {% endfor %}
        {% for node in graph.nodes.values() if node.unique_id in names and node.resource_type != 'test' %}
            {% set columns = dbt_ghost._key_of_node(node) %}
            {% do found.setdefault(names[node.unique_id], columns) if columns %}
        {% endfor %}
    {% endif %}
    {{ return(found) }}
{% endmacro %}


{# A test of a part of the rows says nothing of the others. #}
{% macro _key_of_test(node, names, found) %}
    {% set about = node.get('test_metadata') or {} %}
    {% set of = node.get('attached_node') or (node.depends_on.nodes | first if node.depends_on.nodes else none) %}
    {% if of in names and not node.config.get('where') %}
        {% if about.name == 'unique' and node.get('column_name') %}
            {% do found.setdefault(names[of], {'key': [node.column_name], 'from': 'test'}) %}
        {% elif about.name == 'unique_combination_of_columns' %}
            {% set columns = about.kwargs.get('combination_of_columns') or [] %}
            {% do found.setdefault(names[of], {'key': columns | list, 'from': 'test'}) if columns %}
        {% endif %}
    {% endif %}
{% endmacro %}


{% macro _key_of_node(node) %}
    {% for constraint in node.get('constraints') or [] if constraint.type in ['primary_key', 'unique'] and constraint.columns %}
        {{ return({'key': constraint.columns | list, 'from': 'contract'}) }}
    {% endfor %}
    {% for name, column in (node.get('columns') or {}).items() %}
        {% for constraint in column.get('constraints') or [] if constraint.type in ['primary_key', 'unique'] %}
            {{ return({'key': [name], 'from': 'contract'}) }}
        {% endfor %}
    {% endfor %}
    {% set key = node.config.get('unique_key') if node.resource_type == 'model' else none %}
    {% if node.resource_type == 'snapshot' %}
        {{ return({'key': ['dbt_scd_id'], 'from': 'unique_key'}) }}
    {% endif %}
    {{ return({'key': [key] if key is string else key | list, 'from': 'unique_key'} if key else none) }}
{% endmacro %}


{# The key of a pair among its common columns: {key, key_from, key_refused}. The table's own setting, then what the project
   declares, then the setting for all tables, where the table has such columns. #}
{% macro _key_of(pair, config, of_project) %}
    {% set names = {} %}
    {% for column in pair.columns %}
        {% do names.update({column.name | lower: column.name}) %}
    {% endfor %}
    {% for wanted, origin in [(config.key, 'config'), (of_project.key, of_project.from), (config.any_key, 'config')] if wanted %}
        {% set key, missing = [], [] %}
        {% for column in wanted %}
            {% do (key if column | lower in names else missing).append(names.get(column | lower, column)) %}
        {% endfor %}
        {% if not missing %}
            {{ return({'key': key, 'key_from': origin}) }}
        {% elif wanted is not sameas config.any_key %}
            {{ return({'key_refused': 'there is no column ' ~ missing | join(', ') ~ ' on both sides'}) }}
        {% endif %}
    {% endfor %}
    {{ return({}) }}
{% endmacro %}
