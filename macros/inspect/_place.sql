{# (TYPES) of a signature such as (A NUMBER, b c ARRAY(NUMBER) DEFAULT 1), which DROP FUNCTION wants: the last word of
   each argument, with its brackets. The catalog has types of one word only, and names may have more. #}
{% macro _argument_types(signature) %}
    {% set brackets = '\\((?:[^()]|\\((?:[^()]|\\([^()]*\\))*\\))*\\)' %}
    {% set types = [] %}
    {% for argument in modules.re.findall('(?s)(?:"[^"]*"|[^(),]|' ~ brackets ~ ')+', signature.strip()[1:-1]) %}
        {% set argument = modules.re.sub('(?is)\\sdefault\\s.*', '', argument.strip()).strip() %}
        {% do types.extend(modules.re.findall('(?s)[\\w$]+(?:\\s*\\(.*\\))?$', argument)) %}
    {% endfor %}
    {{ return('(' ~ types | join(', ') ~ ')') }}
{% endmacro %}


{# {prod bucket: ghost bucket}, of the buckets that the ghost is fed from. #}
{% macro _fed_buckets(run) %}
    {% set buckets = {} %}
    {% for feed in run.config.feed if feed is mapping and feed.get('bucket') is string %}
        {% do buckets.update({feed.bucket: dbt_ghost._bucket_name(run.project, run.branch, feed.bucket)}) %}
    {% endfor %}
    {{ return(buckets) }}
{% endmacro %}


{# {scheme, bucket, path} of s3://bucket/path; an empty bucket for any other place. #}
{% macro _place_of(url) %}
    {% set found = modules.re.findall('^(s3[a-z]*://)([^/]+)(/.*)?$', url) %}
    {% set scheme, bucket, path = found[0] if found else ('', '', '') %}
    {{ return({'scheme': scheme, 'bucket': bucket, 'path': path}) }}
{% endmacro %}


{# The database, schema and name that a dotted name means inside `object`: parts as the catalog has them. #}
{% macro _resolved(name, object) %}
    {% set parts = [] %}
    {% for part in modules.re.findall(dbt_ghost._identifier_re(), name) %}
        {% do parts.append(part[1:-1] | replace('""', '"') if part[0] == '"' else part | upper) %}
    {% endfor %}
    {% if modules.re.findall('\\.\\s*\\.', name) %}
        {{ return([parts[0], 'PUBLIC', parts[1]]) }}
    {% endif %}
    {{ return(([object.database, object.schema][:[3 - parts | length, 0] | max] + parts)[:3]) }}
{% endmacro %}
