select country, name, sum(amount) as revenue from {{ ref('stg_named') }} group by country, name
