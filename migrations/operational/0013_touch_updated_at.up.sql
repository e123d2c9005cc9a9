-- `updated_at` is kept by the database: a client that forgets it would make caches serve stale rows.
-- A write that changes nothing leaves the time alone, so that running a seed twice changes nothing.

CREATE FUNCTION touch_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;

COMMENT ON FUNCTION touch_updated_at() IS 'Trigger: stamps rows whose content changes';

CREATE TRIGGER organizations_touch_updated_at
    BEFORE UPDATE ON organizations
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION touch_updated_at();

CREATE TRIGGER users_touch_updated_at
    BEFORE UPDATE ON users
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION touch_updated_at();

CREATE TRIGGER models_touch_updated_at
    BEFORE UPDATE ON models
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION touch_updated_at();

CREATE TRIGGER bot_config_touch_updated_at
    BEFORE UPDATE ON bot_config
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION touch_updated_at();
