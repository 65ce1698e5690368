drop table departed;
drop table inventory;
drop table variants;
drop table products;
drop table order_lines;
drop table order_contacts;
drop table orders;
drop table customers;
