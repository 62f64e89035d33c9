select
    flight_date,
    carrier,
    count(*) as flights,
    count(*) filter (where cancelled) as cancelled,
    round(avg(arr_delay), 2) as avg_arr_delay,
    round(avg(block_minutes), 2) as avg_block_minutes
from {{ ref('fct_flights') }}
group by all
order by all
