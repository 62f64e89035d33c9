select
    concat_ws('-', strftime(scheduled_departure, '%Y%m%dT%H%M'), carrier, flight, origin) as flight_id,
    *
from {{ source('raw', 'flights') }}
