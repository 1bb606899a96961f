-- A discount may be on one item of a subscription: then it stands in that item, and lowers it alone.
alter table lantern.discounts add column subscription_item text;
