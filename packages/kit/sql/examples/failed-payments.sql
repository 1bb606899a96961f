-- Why payments failed in the last 30 days, the most frequent reason first. $1 account, $2 livemode.
select coalesce(failure_code, 'unknown') as failure_code, currency, count(*)::int as payments, sum(amount)::bigint as amount,
  count(distinct customer)::int as customers
from stripe.charges
where account = $1 and livemode = $2 and status = 'failed' and created > now() - interval '30 days'
group by 1, 2
order by 3 desc;
