-- A row by its key: how fast PostgreSQL is here at what changes of the product do not touch.
\set child random(1, :children)
select user_id from child_profiles where id = :child::bigint;
