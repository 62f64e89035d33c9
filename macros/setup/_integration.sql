{# The storage integration that ghosts read their buckets with; the admin's set-up makes it. #}
{% macro _integration(config) %}
    {{ return(config.role | upper ~ '_S3') }}
{% endmacro %}
