-- What was earned per day (UTC): gross, fees and net of everything that moved the balance, payouts left out. $1 account, $2 livemode.
select (created at time zone 'UTC')::date as day, currency, sum(amount)::bigint as gross, sum(fee)::bigint as fees, sum(net)::bigint as net
from stripe.balance_transactions
where account = $1 and livemode = $2 and type not in ('payout', 'payout_cancel', 'payout_failure')
group by 1, 2
order by 1 desc;
