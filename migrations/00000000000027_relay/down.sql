drop table relay_deliveries;
drop table relayed_events;
drop table destinations;
drop table disclosures;
