revoke select (campaign_id, subject, of_tenant, object_id, decided_at) on review_items from rd_desk;
revoke select (id, state) on review_campaigns from rd_desk;
