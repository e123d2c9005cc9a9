DROP VIEW persona_context;
