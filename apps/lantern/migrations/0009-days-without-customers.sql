-- Rows of one day share one entry of this index: it is a third of the size, and costs a third to keep. A page sorts its day.
drop index lantern.counted_movements_day;
create index counted_movements_day on lantern.counted_movements (account, livemode, day);
