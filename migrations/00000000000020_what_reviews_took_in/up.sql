-- Whether an unused app stands in a review is asked of all tenants at once, as the desk: of reviews it reads keys and facts.
grant select (id, state) on review_campaigns to rd_desk;
grant select (campaign_id, subject, of_tenant, object_id, decided_at) on review_items to rd_desk;
