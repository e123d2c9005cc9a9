-- All that the assistant reads before it answers, in one row a person: one query instead of three.

CREATE VIEW persona_context AS
SELECT
    user_profiles.vi_user_id,
    user_profiles.display_name,
    user_profiles.preferred_language,
    user_profiles.relationship_type,
    user_profiles.trust_level,
    coalesce(
        jsonb_object_agg(
            user_preferences.category || '.' || user_preferences.preference_key,
            user_preferences.preference_value
        ) FILTER (WHERE user_preferences.is_active),
        '{}'::jsonb
    ) AS preferences
FROM user_profiles
LEFT JOIN user_preferences ON user_preferences.vi_user_id = user_profiles.vi_user_id
GROUP BY user_profiles.vi_user_id;

COMMENT ON VIEW persona_context IS 'What the assistant reads of a person before it answers';
