select paid.*, countries.name from {{ ref('stg_paid') }} as paid join {{ ref('countries') }} as countries using (country)
