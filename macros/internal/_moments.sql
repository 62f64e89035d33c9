{# `when` (as Snowflake wrote it in the look) and a duration such as 3d, in the same form. #}
{% macro _later(when, duration) %}
    {% set length = modules.datetime.timedelta(seconds=dbt_ghost._seconds_of(duration)) %}
    {{ return((modules.datetime.datetime.fromisoformat(when) + length).isoformat(timespec='milliseconds')) }}
{% endmacro %}


{% macro _seconds_of(duration) %}
    {{ return(duration[:-1] | int * {'m': 60, 'h': 3600, 'd': 86400, 'w': 604800}[duration[-1]]) }}
{% endmacro %}


{# The warehouse's clock where it was asked, else this machine's. #}
{% macro _now(run) %}
    {{ return(dbt_ghost._moment(run.session.now) if run.get('session') else run_started_at) }}
{% endmacro %}


{# The warehouse's clock at this moment at the least: what its answer took on its way is not in it. #}
{% macro _by_now(run) %}
    {% set since = modules.datetime.datetime.now(modules.pytz.utc) - run.session.told_at %}
    {{ return((dbt_ghost._moment(run.session.now) + since).isoformat(timespec='milliseconds')) }}
{% endmacro %}


{# A time as a record has it, or none for what is no time. #}
{% macro _moment(text) %}
    {% set written = (text or '') | string | replace('Z', '+00:00') | replace(' ', 'T') %}
    {% set pattern = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3}|\\.\\d{6})?[+-]\\d\\d:\\d\\d' %}
    {% if not modules.re.fullmatch(pattern, written) %}
        {{ return(none) }}
    {% endif %}
    {{ return(modules.datetime.datetime.fromisoformat(written)) }}
{% endmacro %}
