select
    case when visib < 1 then 'below 1 mile' when visib < 5 then '1 to 5 miles' else '5 miles and more' end as visibility,
    count(*) as flights,
    count(*) filter (where cancelled) as cancelled,
    round(avg(dep_delay), 2) as avg_dep_delay
from {{ ref('stg_flights') }}
where visib is not null
group by all
order by all
