namespace Storytime.Data.Migrations;

/// <summary>The parts of the migration that the model cannot say.</summary>
internal static class CatalogVersionsSql
{
    public const string Changes = """
        insert into catalog_versions (id, version) values (1, 1);

        -- Deferred to the commit, when nothing else is going to be locked: so whoever holds the version waits for nobody, versions follow each other as commits do, and
        -- who sees a version sees all that was changed up to it. One version for each transaction.
        create function catalog_changed(books bigint[]) returns void language plpgsql as $$
        declare
            now_at bigint := nullif(current_setting('storytime.catalog_version', true), '')::bigint;
        begin
            if now_at is null then
                update catalog_versions set version = version + 1 returning version into now_at;
                perform set_config('storytime.catalog_version', now_at::text, true);
            end if;
            insert into catalog_changes (version, book_id) select now_at, book from unnest(books) as book where book is not null on conflict do nothing;
        end $$;

        create function books_changed() returns trigger language plpgsql as $$
        begin
            perform catalog_changed(array[coalesce(new.id, old.id)]);
            return null;
        end $$;
        create constraint trigger books_added_or_gone after insert or delete on books deferrable initially deferred for each row execute function books_changed();
        create constraint trigger books_changed after update on books deferrable initially deferred
            for each row when (old.* is distinct from new.*) execute function books_changed();

        create function publishers_changed() returns trigger language plpgsql as $$
        begin
            -- The version first: what is looked up only then sees all that was committed with the versions before it.
            perform catalog_changed('{}');
            perform catalog_changed(array(select id from books where publisher_id = new.id));
            return null;
        end $$;
        create constraint trigger publishers_changed after update on publishers deferrable initially deferred
            for each row when ((old.name, old.status) is distinct from (new.name, new.status)) execute function publishers_changed();

        create function rights_windows_changed() returns trigger language plpgsql as $$
        begin
            perform catalog_changed(array[new.book_id, old.book_id]);
            return null;
        end $$;
        create constraint trigger rights_windows_changed after insert or update or delete on rights_windows deferrable initially deferred
            for each row execute function rights_windows_changed();

        create function video_assets_changed() returns trigger language plpgsql as $$
        begin
            perform catalog_changed('{}');
            perform catalog_changed(array(select id from books where playing_asset_id = new.id));
            return null;
        end $$;
        create constraint trigger video_assets_changed after update on video_assets deferrable initially deferred
            for each row when ((old.processing_status, old.hls_manifest_path, old.duration_seconds) is distinct from (new.processing_status, new.hls_manifest_path, new.duration_seconds))
            execute function video_assets_changed();
        """;

    public const string Undo = """
        drop trigger books_added_or_gone on books;
        drop trigger books_changed on books;
        drop trigger publishers_changed on publishers;
        drop trigger rights_windows_changed on rights_windows;
        drop trigger video_assets_changed on video_assets;
        drop function books_changed();
        drop function publishers_changed();
        drop function rights_windows_changed();
        drop function video_assets_changed();
        drop function catalog_changed(bigint[]);
        """;
}
