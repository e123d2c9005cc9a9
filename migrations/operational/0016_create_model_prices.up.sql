-- Prices change, and an invoice must be reproducible: each price has the day from which it holds.

CREATE TABLE model_prices (
    model_id                  uuid           NOT NULL REFERENCES models (id),
    valid_from                date           NOT NULL,
    input_per_million         numeric(12, 6) NOT NULL,
    output_per_million        numeric(12, 6) NOT NULL,
    currency                  text           NOT NULL DEFAULT 'USD',
    CONSTRAINT model_prices_pkey PRIMARY KEY (model_id, valid_from),
    CONSTRAINT model_prices_amounts_check CHECK (input_per_million >= 0 AND output_per_million >= 0),
    CONSTRAINT model_prices_currency_check CHECK (currency ~ '^[A-Z]{3}$')
);

COMMENT ON TABLE model_prices IS 'What a million tokens cost, from which day on';
