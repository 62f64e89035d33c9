{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='_file',
    on_schema_change='append_new_columns'
) }}

select
    flight_id,
    flight_date,
    carrier,
    flight,
    origin,
    dest,
    scheduled_departure,
    departed_at,
    arrived_at,
    dep_delay,
    arr_delay,
    distance,
    cancelled,
    date_diff('minute', departed_at, arrived_at) as block_minutes,
    _file,
    _loaded_at
from {{ ref('stg_flights') }}
{% if is_incremental() %}
where _loaded_at > (select max(_loaded_at) from {{ this }})
{% endif %}
