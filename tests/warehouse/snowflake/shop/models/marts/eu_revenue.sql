{{ config(database='PROD_EU' if 'PROD_EU' in var('ghost').databases else 'PROD_DB', query_tag='shop eu') }}
select country, revenue from {{ ref('revenue') }} where country <> 'US'
