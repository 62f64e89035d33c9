{# `when` (as Snowflake wrote it in the look) and a duration such as 3d, in the same form. #}
{% macro _later(when, duration) %}
    {% set length = modules.datetime.timedelta(seconds=dbt_ghost._seconds_of(duration)) %}
    {{ return((modules.datetime.datetime.fromisoformat(when) + length).isoformat(timespec='milliseconds')) }}
{% endmacro %}


{% macro _seconds_of(duration) %}
    {{ return(duration[:-1] | int * {'m': 60, 'h': 3600, 'd': 86400, 'w': 604800}[duration[-1]]) }}
{% endmacro %}
