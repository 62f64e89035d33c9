{# The action that connects one entry, or only refreshes what is connected. The pipe's comment tells its definition: the
   text in SHOW PIPES is Snowflake's to write, and a pipe made anew forgets what it loaded (F 8.4). #}
{% macro _connection(run, pipe, there) %}
    {% set stage, copy = dbt_ghost._stage_sql(run, pipe), dbt_ghost._copy_sql(pipe) %}
    {% set comment = 'dbt-ghost feed ' ~ local_md5(stage ~ copy) %}
    {% set since = dbt_ghost._since(run) %}
    {% set same = there is not none and there.comment == comment %}
    {% set statements = [] %}
    {% if there and not same %}
        {% do statements.extend(['drop pipe if exists ' ~ pipe.path, 'drop stage if exists ' ~ pipe.path]) %}
    {% endif %}
    {% if not same %}
        {% do statements.extend([
            stage,
            'create pipe if not exists ' ~ pipe.path ~ ' auto_ingest = true comment = ' ~ dbt_ghost._text(comment)
                ~ ' as ' ~ copy,
        ]) %}
    {% endif %}
    {% do statements.append('alter pipe ' ~ pipe.path ~ ' refresh' ~ since.sql) %}
    {% set from = 's3://' ~ pipe.bucket ~ '/' ~ pipe.prefix %}
    {% if same %}
        {% set text = 'refresh the pipe ' ~ pipe.name ~ ' with the files in ' ~ from ~ ' of ' ~ since.text %}
    {% else %}
        {% set text = ('connect ' if not there else 'connect anew, as its settings changed, ') ~ from ~ ' to '
            ~ pipe.target | join('.') ~ ' by the pipe ' ~ pipe.name ~ ', with the files of ' ~ since.text
            ~ (', also those that the old pipe loaded' if there else '') %}
    {% endif %}
    {{ return({'op': 'send', 'text': text, 'statements': statements, 'made': not same, 'pipe': {
        'pipe': pipe.name, 'table': pipe.target | join('.'), 'bucket': pipe.bucket, 'prefix': pipe.prefix,
        'notification_channel': there.notification_channel if same else none
    }, 'database': pipe.database}) }}
{% endmacro %}


{# From T on: what was there before is in the clone. REFRESH goes back 7 days at most (F 8.4). #}
{% macro _since(run) %}
    {% set t = dbt_ghost._moment(run.provenance.snapshot_at) %}
    {% if t <= dbt_ghost._moment(run.session.now) - modules.datetime.timedelta(days=7) %}
        {{ return({'sql': '', 'text': 'the last 7 days, not of all the time since T (' ~ run.provenance.snapshot_at
            ~ '): a refresh goes back no further, so drop and clone for the rest'}) }}
    {% endif %}
    {{ return({
        'sql': ' modified_after = ' ~ dbt_ghost._text(t.isoformat(timespec='seconds')),
        'text': 'the time since T (' ~ run.provenance.snapshot_at ~ ')',
    }) }}
{% endmacro %}


{# The stage has the pipe's name. #}
{% macro _stage_sql(run, pipe) %}
    {{ return(
        'create stage if not exists ' ~ pipe.path
        ~ ' url = ' ~ dbt_ghost._text('s3://' ~ pipe.bucket ~ '/' ~ pipe.prefix)
        ~ ' storage_integration = ' ~ dbt_ghost._quoted([dbt_ghost._integration(run.config)])
    ) }}
{% endmacro %}


{# By name, as the embedded load does it. A file may lack columns of the table (the mismatch): its key at least. #}
{% macro _copy_sql(pipe) %}
    {% set formats = {
        'csv': 'type = csv parse_header = true field_optionally_enclosed_by = \'"\''
            ~ ' error_on_column_count_mismatch = false',
        'json': 'type = json strip_outer_array = true',
        'parquet': 'type = parquet',
    } %}
    {{ return(
        'copy into ' ~ dbt_ghost._quoted(pipe.target) ~ ' from @' ~ pipe.path
        ~ ' file_format = (' ~ formats[pipe.format] ~ ') match_by_column_name = case_insensitive'
        ~ (' include_metadata = (' ~ dbt_ghost._column_name(pipe.key) ~ ' = metadata$filename)' if pipe.key else '')
    ) }}
{% endmacro %}


{# Every column of the tables that the entries name. #}
{% macro _feed_columns_sql(database, feeds) %}
    {% set places = [] %}
    {% for feed in feeds %}
        {% do places.append(dbt_ghost._text((feed.schema ~ '.' ~ feed.table) | upper)) %}
    {% endfor %}
    {{ return(
        'select to_json(object_construct(\'schema\', table_schema, \'table\', table_name,'
        ~ ' \'column\', column_name)) as answer\n'
        ~ 'from ' ~ dbt_ghost._quoted([database]) ~ '.information_schema.columns\n'
        ~ 'where upper(table_schema || \'.\' || table_name) in (' ~ places | unique | join(', ') ~ ')'
    ) }}
{% endmacro %}


{# A column, in quotes only where it would not be the same without. #}
{% macro _column_name(name) %}
    {{ return(name if modules.re.fullmatch('[A-Z_][A-Z0-9_$]*', name) else dbt_ghost._quoted([name])) }}
{% endmacro %}
