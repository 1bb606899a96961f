-- Monthly recurring revenue now, per currency, in its smallest unit: what active subscriptions bill, brought to a month.
-- Before discounts and taxes; without trials and metered prices. $1 account, $2 livemode.
select i.price->>'currency' as currency,
  count(distinct s.customer) as customers,
  round(sum((i.price->>'unit_amount')::numeric * i.quantity
    * case i.price->'recurring'->>'interval' when 'day' then 365 / 12.0 when 'week' then 365 / 7.0 / 12 when 'month' then 1 when 'year' then 1 / 12.0 end
    / (i.price->'recurring'->>'interval_count')::numeric))::bigint as mrr
from stripe.subscriptions s
join stripe.subscription_items i on i.account = s.account and i.livemode = s.livemode and i.parent_id = s.id
where s.account = $1 and s.livemode = $2 and s.status in ('active', 'past_due')
  and i.price->'recurring'->>'usage_type' = 'licensed'
group by 1
order by 3 desc;
