select id, country, amount, ordered_at from {{ source('raw', 'orders') }}
union all
select id, country, amount, ordered_at from {{ source('eu', 'orders') }}
