-- Invoices that wait for money, the longest overdue first. $1 account, $2 livemode.
select id, number, customer, currency, amount_remaining, due_date, attempt_count
from stripe.invoices
where account = $1 and livemode = $2 and status = 'open' and amount_remaining > 0
order by due_date nulls last, created;
