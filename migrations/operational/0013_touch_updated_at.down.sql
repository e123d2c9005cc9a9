DROP TRIGGER bot_config_touch_updated_at ON bot_config;
DROP TRIGGER models_touch_updated_at ON models;
DROP TRIGGER users_touch_updated_at ON users;
DROP TRIGGER organizations_touch_updated_at ON organizations;
DROP FUNCTION touch_updated_at();
