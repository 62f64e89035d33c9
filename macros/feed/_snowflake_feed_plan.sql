{# Snowpipe: for each entry a stage over the ghost's bucket and a pipe, both in the clone, then what came since T.
   The CLI connects the bucket's notifications, to the channel that Snowflake gives the pipe (F 8.5). #}
{% macro snowflake__feed_plan(run, feeds) %}
    {% set wanted = [] %}
    {% for feed in feeds %}
        {% do wanted.append(dbt_ghost._checked_pipe(run, feed, wanted)) %}
    {% endfor %}
    {% set clones = [] %}
    {% for database in run.config.databases %}
        {% set clone = dbt_ghost._clone_name(run.config, run.branch, database) %}
        {% do clones.append(clone) if clone in run.databases %}
    {% endfor %}
    {% set there = dbt_ghost._pipes_in(run, clones) %}
    {% set plan, names = [], [] %}
    {% for pipe in dbt_ghost._with_tables(run, wanted) %}
        {% do names.append(pipe.name) %}
        {% do plan.append(dbt_ghost._connection(run, pipe, there.get(pipe.name))) %}
    {% endfor %}
    {% for name, pipe in there.items()
        if name not in names and (pipe.comment or '').startswith('dbt-ghost feed ') %}
        {% set path = dbt_ghost._quoted([pipe.database_name, pipe.schema_name, pipe.name]) %}
        {% do plan.append({
            'op': 'send', 'made': true, 'text': 'drop the pipe ' ~ name ~ ', which is no longer in vars: ghost: feed:',
            'statements': ['drop pipe if exists ' ~ path, 'drop stage if exists ' ~ path]
        }) %}
    {% endfor %}
    {{ return(plan) }}
{% endmacro %}


{# Where an entry goes: {name, path (quoted), database, ...feed}. Refuses what one of `others` loads as well. #}
{% macro _checked_pipe(run, feed, others) %}
    {% set database = dbt_ghost._clone_name(run.config, run.branch, feed.prod) %}
    {% set place = [database, feed.schema, feed.table] | join('.') | upper %}
    {% if feed.prefix and not feed.prefix.endswith('/') %}
        {% do dbt_ghost._refuse(
            run.operation, feed.where ~ 'the prefix ' ~ feed.prefix ~ ' must end in /: a stage is a folder',
            'prefix: ' ~ (feed.prefix.rpartition('/')[0] or feed.prefix) ~ '/'
        ) %}
    {% elif database not in run.databases %}
        {% do dbt_ghost._refuse(
            run.operation, feed.where ~ 'the ghost has no database ' ~ database,
            'drop the ghost and clone again: ' ~ feed.prod ~ ' came to `databases` after it was cloned'
        ) %}
    {% endif %}
    {% for other in others if other.place == place and other.bucket == feed.bucket %}
        {% if feed.prefix.startswith(other.prefix) or other.prefix.startswith(feed.prefix) %}
            {% do dbt_ghost._refuse(
                run.operation, feed.where ~ 'two entries load the same files of ' ~ feed.prod_bucket ~ ': those below '
                    ~ tojson(other.prefix) ~ ' and below ' ~ tojson(feed.prefix) ~ ' (each file would be there twice)',
                'keep one of the two, or give them prefixes of which none begins with the other'
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(dict(feed, database=database, place=place)) }}
{% endmacro %}


{# The same with the names that the clone has for table and column: {target, path, name, key}. One query a database. #}
{% macro _with_tables(run, wanted) %}
    {% set found = {} %}
    {% for database in wanted | map(attribute='database') | unique %}
        {% set tables = wanted | selectattr('database', 'equalto', database) | list %}
        {% for column in dbt_ghost._ask_json(run, dbt_ghost._feed_columns_sql(database, tables)) %}
            {% set place = [database, column.schema, column.table] | join('.') | upper %}
            {% set table = found.setdefault(place, dict(column, columns={})) %}
            {% do table.columns.update({column.column | upper: column.column}) %}
        {% endfor %}
    {% endfor %}
    {% set pipes = [] %}
    {% for pipe in wanted %}
        {% set key = pipe.key_columns | join %}
        {% set there = found.get(pipe.place) %}
        {% if not there or key and key | upper not in there.columns %}
            {% do dbt_ghost._refuse(
                run.operation,
                pipe.where ~ 'there is no such ' ~ ('column as ' ~ key if there else 'table') ~ ' in the ghost',
                'create it in production, then clone again; or correct vars: ghost: feed:'
            ) %}
        {% endif %}
        {% set hex = local_md5(pipe.prod_bucket ~ '/' ~ pipe.prefix)[:4] | upper %}
        {% set names = [pipe.database, there.schema, 'GHOST_FEED_' ~ there.table ~ '_' ~ hex] %}
        {% do pipes.append(dict(
            pipe, path=dbt_ghost._quoted(names), name=names | join('.'), key=there.columns.get(key | upper),
            target=[pipe.database, there.schema, there.table]
        )) %}
    {% endfor %}
    {{ return(pipes) }}
{% endmacro %}
