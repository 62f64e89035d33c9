{{ config(materialized='incremental', unique_key='id', tmp_relation_type='table') }}
select id, country, amount, ordered_at from {{ ref('stg_paid') }}
{% if is_incremental() %}
where ordered_at >= (select max(ordered_at) from {{ this }})
{% endif %}
