-- A production account as an admin finds it: roles, two databases, and forty objects of every kind, some of which name
-- production in ways that a clone keeps. Statements are parted by blank lines.

create role TRANSFORMER

create role ANALYST

create role LOADER

grant role TRANSFORMER to role SYSADMIN

grant role ANALYST to role SYSADMIN

create user PROD_CI default_role = TRANSFORMER

grant role TRANSFORMER to user PROD_CI

create user ANNE default_role = ANALYST

grant role ANALYST to user ANNE

grant create database on account to role TRANSFORMER

create warehouse PROD_WH warehouse_size = xsmall

grant usage on warehouse PROD_WH to role TRANSFORMER

create storage integration PROD_S3 type = external_stage storage_provider = 'S3' enabled = true storage_aws_role_arn = 'arn:aws:iam::111111111111:role/prod-snowflake' storage_allowed_locations = ('s3://shop-landing/', 's3://shop-exports/')

grant usage on integration PROD_S3 to role TRANSFORMER

create external volume PROD_LAKE storage_locations = ((name = 'lake' storage_provider = 'S3' storage_base_url = 's3://shop-lake/' storage_aws_role_arn = 'arn:aws:iam::111111111111:role/prod-lake'))

grant usage on external volume PROD_LAKE to role TRANSFORMER

use role TRANSFORMER

create database PROD_DB

create database PROD_EU

create schema PROD_DB.RAW

create schema PROD_EU.RAW

create schema PROD_DB.LEGACY

create schema PROD_EU.LEGACY

create schema PROD_DB.SECURED with managed access

create table PROD_DB.RAW.ORDERS (ID int, COUNTRY varchar, AMOUNT number(10, 2), ORDERED_AT timestamp_ntz, _FILE varchar)

insert into PROD_DB.RAW.ORDERS values (1, 'US', 10, '2026-11-01 10:00:00', 'orders/1.csv'), (2, 'DE', 20, '2026-11-02 10:00:00', 'orders/1.csv')

create table PROD_EU.RAW.ORDERS (ID int, COUNTRY varchar, AMOUNT number(10, 2), ORDERED_AT timestamp_ntz, _FILE varchar)

insert into PROD_EU.RAW.ORDERS values (3, 'FR', 30, '2026-11-03 10:00:00', 'orders/1.csv')

create table PROD_DB.RAW."Order Items" ("order" int, "Qty" int)

insert into PROD_DB.RAW."Order Items" values (1, 2)

create transient table PROD_DB.RAW.CLICKS (ID int, AT timestamp_ntz)

create table PROD_DB.SECURED.CUSTOMERS (ID int, EMAIL varchar)

insert into PROD_DB.SECURED.CUSTOMERS values (1, 'anne@example.com')

create masking policy PROD_DB.SECURED.MASK_EMAIL as (value varchar) returns varchar -> case when current_role() = 'TRANSFORMER' then value else '***' end

alter table PROD_DB.SECURED.CUSTOMERS modify column EMAIL set masking policy PROD_DB.SECURED.MASK_EMAIL

create row access policy PROD_DB.SECURED.ONLY_OWN as (id int) returns boolean -> true

create tag PROD_DB.SECURED.SENSITIVE

create view PROD_DB.LEGACY.V1 as select ID, AMOUNT from PROD_DB.RAW.ORDERS

create view PROD_EU.LEGACY.V2 as select v1.ID, v1.AMOUNT, eu.COUNTRY from PROD_DB.LEGACY.V1 as v1 left join PROD_EU.RAW.ORDERS as eu on eu.ID = v1.ID

create view PROD_DB.LEGACY."V Three" as select * from prod_eu.legacy.v2 -- reads PROD_EU, through PROD_DB.LEGACY.V1

create secure view PROD_EU.LEGACY.V4 (ID, AMOUNT) comment = 'the end of the chain' as select ID, AMOUNT from PROD_DB.LEGACY."V Three"

create view PROD_DB.LEGACY.NAMES_IT as select 'select * from PROD_DB.RAW.ORDERS' as QUERY, count(*) as N from RAW.ORDERS

create view PROD_DB.LEGACY.LOCAL_ONLY as select ID from RAW.ORDERS

create view PROD_DB.SECURED.OWN_CUSTOMERS as select ID, EMAIL from PROD_DB.SECURED.CUSTOMERS

alter view PROD_DB.SECURED.OWN_CUSTOMERS add row access policy PROD_DB.SECURED.ONLY_OWN on (ID)

create materialized view PROD_DB.LEGACY.ORDERS_MV as select ID, AMOUNT from PROD_DB.RAW.ORDERS

create dynamic table PROD_DB.LEGACY.ORDERS_DT target_lag = '1 hour' warehouse = PROD_WH as select ID, AMOUNT from PROD_DB.RAW.ORDERS

create event table PROD_DB.RAW.EVENTS

create iceberg table PROD_DB.RAW.LAKE_ORDERS (ID int) catalog = 'SNOWFLAKE' external_volume = 'PROD_LAKE' base_location = 'orders/'

create stage PROD_DB.RAW.LANDING url = 's3://shop-landing/orders/' storage_integration = PROD_S3

create stage PROD_DB.RAW.EXPORTS url = 's3://shop-exports/' storage_integration = PROD_S3

create stage PROD_DB.RAW.UPLOADS

create external table PROD_DB.RAW.LANDED location = @PROD_DB.RAW.LANDING file_format = (type = csv) auto_refresh = false

create pipe PROD_DB.RAW.ORDERS_PIPE auto_ingest = true as copy into PROD_DB.RAW.ORDERS from @PROD_DB.RAW.LANDING file_format = (type = csv)

create stream PROD_DB.RAW.ORDERS_STREAM on table PROD_DB.RAW.ORDERS

create task PROD_DB.RAW.NIGHTLY warehouse = PROD_WH schedule = '60 minute' as insert into PROD_DB.RAW.CLICKS select 1, current_timestamp()

alter task PROD_DB.RAW.NIGHTLY resume

create alert PROD_DB.RAW.NO_ORDERS warehouse = PROD_WH schedule = '60 minute' if (exists (select 1 from PROD_DB.RAW.ORDERS)) then insert into PROD_DB.RAW.CLICKS select 2, current_timestamp()

create sequence PROD_DB.RAW.IDS

create file format PROD_DB.RAW.PLAIN_CSV type = csv

create function PROD_DB.LEGACY.DOUBLED(X int) returns int as 'X * 2'

create function PROD_DB.LEGACY.COUNT_ORDERS() returns int as 'select count(*) from PROD_DB.RAW.ORDERS'

create procedure PROD_DB.LEGACY.PURGE(TABLE_NAME varchar) returns varchar language sql as $$ begin execute immediate 'delete from PROD_DB.RAW.' || TABLE_NAME; return 'ok'; end $$

create procedure PROD_DB.LEGACY.HARMLESS() returns varchar language sql as $$ begin return 'ok'; end $$

use role ACCOUNTADMIN

grant usage on database PROD_DB to role ANALYST

grant usage on all schemas in database PROD_DB to role ANALYST

grant select on all tables in database PROD_DB to role ANALYST

grant select on future tables in database PROD_DB to role ANALYST

grant ownership on future tables in schema PROD_DB.LEGACY to role TRANSFORMER

grant insert on table PROD_DB.RAW.ORDERS to role LOADER
