namespace Storytime.Data.Migrations;

/// <summary>The parts of the first migration that the model cannot say: partitions, search, and constraints over expressions.</summary>
internal static class InitialSql
{
    /// <summary>
    /// Turns the plain tables into partitioned ones, after the tables and before their indexes are made. Ids come from a sequence,
    /// because PostgreSQL 15 has no identity columns on partitions.
    /// </summary>
    public const string Partitions = """
        create function ensure_month_partition(parent text, month date) returns void language plpgsql as $$
        declare
            first date := date_trunc('month', month);
            partition text := format('%s_%s', parent, to_char(first, 'YYYY_MM'));
        begin
            if to_regclass(format('%I', partition)) is not null then
                return;
            end if;
            perform pg_advisory_xact_lock(hashtext(partition));
            execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
                partition, parent, first::text || ' 00:00:00+00', (first + interval '1 month')::date::text || ' 00:00:00+00');
        end $$;

        create function partition_by_month(parent text, time_column text, key_columns text) returns void language plpgsql as $$
        begin
            execute format('create sequence %I', parent || '_id_seq');
            execute format('alter table %I rename to %I', parent, parent || '_shape');
            execute format('create table %I (like %I including constraints including defaults) partition by range (%I)', parent, parent || '_shape', time_column);
            execute format('drop table %I', parent || '_shape');
            execute format('alter table %I add constraint %I primary key (%s)', parent, 'pk_' || parent, key_columns);
            execute format('alter table %I alter column id set default nextval(%L)', parent, parent || '_id_seq');
            execute format('alter sequence %I owned by %I.id', parent || '_id_seq', parent);
            for ahead in -2 .. 3 loop
                perform ensure_month_partition(parent, (now() at time zone 'UTC' + ahead * interval '1 month')::date);
            end loop;
        end $$;

        select partition_by_month('usage_events', 'occurred_at', 'child_profile_id, event_id, occurred_at');
        select partition_by_month('playback_sessions', 'issued_at', 'id, issued_at');
        select partition_by_month('playback_attempts', 'created_at', 'id, created_at');
        drop function partition_by_month(text, text, text);
        """;

    public const string Search = """
        -- Every word in lower case without accents; English books get their stems as well, so that "dragons" finds "dragon".
        create text search configuration storytime (copy = simple);
        alter text search configuration storytime alter mapping for hword, hword_part, word with unaccent, simple;

        -- Punctuation only parts words, as it does in what people search for: left in, "Mr.Fox" would be a host name and "Apollo-11" a minus eleven.
        create function book_search_vector(language text, weight "char", words text) returns tsvector language plpgsql stable as $$
        begin
            words := translate(coalesce(words, ''), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32));
            return setweight(to_tsvector('storytime', words), weight)
                || case when language like 'en%' then setweight(to_tsvector('english', unaccent(words)), weight) else ''::tsvector end;
        end $$;

        create function books_search() returns trigger language plpgsql as $$
        declare
            publisher text := (select name from publishers where id = new.publisher_id);
        begin
            new.search_vector := book_search_vector(new.language, 'A', new.title)
                || book_search_vector(new.language, 'B', new.author)
                || book_search_vector(new.language, 'C', publisher)
                || book_search_vector(new.language, 'D', new.description);
            new.search_text := lower(unaccent(concat_ws(' ', new.title, new.author, publisher, new.description)));
            return new;
        end $$;

        create trigger books_search before insert or update of title, author, description, language, publisher_id
            on books for each row execute function books_search();

        create function publishers_search() returns trigger language plpgsql as $$
        begin
            update books set publisher_id = publisher_id where publisher_id = new.id;
            return null;
        end $$;

        create trigger publishers_search after update of name on publishers
            for each row when (old.name is distinct from new.name) execute function publishers_search();

        -- Whoever writes the text of a book sees no name that is about to change, and whoever changes a name sees all books. For each statement,
        -- because that is before any row of it is locked.
        create function hold_publisher_names() returns void language sql as $$ select pg_advisory_xact_lock_shared(hashtextextended('publisher-names', 0)) $$;
        create function change_publisher_names() returns void language sql as $$ select pg_advisory_xact_lock(hashtextextended('publisher-names', 0)) $$;

        create function books_hold_names() returns trigger language plpgsql as $$
        begin
            perform hold_publisher_names();
            return null;
        end $$;

        create trigger books_hold_names before insert or update of title, author, description, language, publisher_id
            on books for each statement execute function books_hold_names();

        create function publishers_change_names() returns trigger language plpgsql as $$
        begin
            perform change_publisher_names();
            return null;
        end $$;

        create trigger publishers_change_names before update of name on publishers
            for each statement execute function publishers_change_names();
        """;

    public const string Constraints = """
        create unique index ux_users_email on users (lower(email));
        create unique index ux_admin_users_email on admin_users (lower(email));

        -- A book plays its own video.
        alter table books drop constraint fk_books_video_assets_playing_asset_id;
        alter table books add constraint fk_books_video_assets_playing_asset_id
            foreign key (id, playing_asset_id) references video_assets (book_id, id) on delete restrict;

        alter table rights_windows add constraint ex_rights_windows_overlap
            exclude using gist (book_id with =, territory with =, tstzrange(start_at, end_at, '[)') with &&);
        """;
}
