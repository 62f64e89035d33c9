{# What the pipes are, each with the queue that its bucket's notifications must go to. A pipe has it once it is made. #}
{% macro snowflake__feed_outcome(run, plan, answers) %}
    {% set made = plan | selectattr('made') | list %}
    {% set new = made | selectattr('pipe', 'defined') | list %}
    {% set pipes = [] %}
    {% set there = {} if run.dry_run else dbt_ghost._pipes_in(run, new | map(attribute='database') | unique | list) %}
    {% for action in plan if action.pipe %}
        {% set found = there.get(action.pipe.pipe) %}
        {% set channel = found.notification_channel if found else action.pipe.notification_channel %}
        {% do pipes.append(dict(action.pipe, notification_channel=channel)) %}
        {% do log('s3://' ~ action.pipe.bucket ~ '/ must notify ' ~ channel, info=true) if channel %}
    {% endfor %}
    {% set gone = made | length - new | length %}
    {% set count = new | length ~ ' pipe' ~ ('' if new | length == 1 else 's') ~ ' connected'
        ~ (', ' ~ gone ~ ' dropped' if gone else '') %}
    {% if not made %}
        {% set message = 'nothing to connect: ' ~ ('the steps load the ghost themselves' if not pipes
            else 'every pipe is there' ~ ('' if run.dry_run else ', and was refreshed')) %}
    {% elif run.dry_run %}
        {% set message = 'dry run: nothing was changed, else ' ~ count %}
    {% else %}
        {% set message = count ~ (': the buckets\' notifications must go to their channels' if new else '') %}
    {% endif %}
    {{ return({'message': message, 'changed': made | length > 0, 'more': {'pipes': pipes}}) }}
{% endmacro %}


{# The databases' pipes: {database.schema.name: row}. #}
{% macro _pipes_in(run, databases) %}
    {% set pipes = {} %}
    {% for database in databases %}
        {% for pipe in dbt_ghost._ask(run, 'show pipes in database ' ~ dbt_ghost._quoted([database])) %}
            {% do pipes.update({[pipe.database_name, pipe.schema_name, pipe.name] | join('.'): pipe}) %}
        {% endfor %}
    {% endfor %}
    {{ return(pipes) }}
{% endmacro %}
