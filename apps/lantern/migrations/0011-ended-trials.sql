-- Trials by their end: most subscriptions never had one.
create index if not exists subscriptions_trial_end on mirror.subscriptions (account, livemode, ((data->>'trial_end')::bigint))
  where data->>'trial_end' is not null;
