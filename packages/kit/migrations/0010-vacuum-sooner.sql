-- Workers find what is new by an index that applied events leave only when the table is vacuumed. By default a server does that once a
-- fifth of the table has changed, and the inbox is large. (The queues beside it are nearly empty: for them the default is soon enough.
-- The embedded database has nobody who vacuums.)

alter table annex.inbox set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);
