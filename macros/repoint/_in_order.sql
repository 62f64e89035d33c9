{# Views, each after those of them that it names. Where words look like a circle, one of it goes first. #}
{% macro _in_order(views) %}
    {% set places, words, waiting, ordered, done = {}, {}, {}, [], {} %}
    {% for view in views %}
        {% do places.update({view.place: true}) %}
        {% do words.update({view.name | upper: true}) %}
    {% endfor %}
    {% for view in views %}
        {% do waiting.update({view.place: {'view': view, 'needs': dbt_ghost._views_named(view, places, words)}}) %}
    {% endfor %}
    {% for round in views %}
        {% set free = [] %}
        {% for place, entry in waiting.items() %}
            {% do free.append(place) if entry.needs | reject('in', done) | list == [] %}
        {% endfor %}
        {% for place in free or (waiting | list)[:1] %}
            {% do ordered.append(waiting.pop(place).view) %}
            {% do done.update({place: true}) %}
        {% endfor %}
    {% endfor %}
    {{ return(ordered) }}
{% endmacro %}


{# Which of the places a view's text names. Without a database a name is meant inside the view's own (F 7.7). Most words
   of a text are the name of no view: they are passed over, because to resolve a name takes time. #}
{% macro _views_named(view, places, words) %}
    {% set named = {} %}
    {% set chain = '(?s)' ~ dbt_ghost._inner_re() ~ '|(' ~ dbt_ghost._dotted_re() ~ ')' %}
    {% for name in modules.re.findall(chain, dbt_ghost._code_of(view.sql)) | unique %}
        {% set parts = name.replace('"', '').upper().split('.') | map('trim') | select('in', words) | list %}
        {% set place = dbt_ghost._quoted(dbt_ghost._resolved(name, view)) if parts else '' %}
        {% do named.update({place: true}) if place in places and place != view.place %}
    {% endfor %}
    {{ return(named | list) }}
{% endmacro %}
