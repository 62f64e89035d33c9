{# Whose it is that a column or a whole table differs, as with rows: {states} are what it is in production at T, in production
   now and in the ghost, none where it is not there. Without production at T only whether a side changed the table tells. #}
{% macro _whose_it_is(states, knows_base, touched={}) %}
    {% if knows_base %}
        {% set alike = 'world' if states.ghost == states.base else 'yours' if states.prod == states.base else '' %}
        {% set new = states.base is none and states.prod is not none and states.ghost is not none %}
        {{ return(alike or ('yours' if new else 'both')) }}
    {% endif %}
    {{ return('yours' if touched.prod is false else 'world' if touched.ghost is false else 'unknown') }}
{% endmacro %}
