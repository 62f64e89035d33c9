{# Is this the target of ghosts? Asks for no other setting: what is wrong with those must not stop production's build. #}
{% macro _on_ghost_target() %}
    {% set config = var('ghost', none) %}
    {% set named = config.get('target') if config is mapping else none %}
    {{ return(target.name == (env_var('GHOST_TARGET', '') or named or 'ghost')) }}
{% endmacro %}
