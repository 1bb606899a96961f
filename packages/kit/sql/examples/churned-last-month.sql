-- Subscriptions that ended in the last calendar month (UTC), with why they were canceled where it is known. $1 account, $2 livemode.
select s.id, s.customer, c.email, s.ended_at, s.cancellation_details->>'reason' as reason
from stripe.subscriptions s
left join stripe.customers c on c.account = s.account and c.livemode = s.livemode and c.id = s.customer
where s.account = $1 and s.livemode = $2 and s.status = 'canceled'
  and s.ended_at >= date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' - interval '1 month'
  and s.ended_at < date_trunc('month', now() at time zone 'UTC') at time zone 'UTC'
order by s.ended_at;
