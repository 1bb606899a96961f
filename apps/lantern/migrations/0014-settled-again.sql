-- After which import (by when it ended) everybody was counted: an account that is imported again is counted again.
alter table lantern.desks add column settled_ms bigint not null default 0;
