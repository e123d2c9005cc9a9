-- What an invoice adds up: one line for each model used.

CREATE TABLE invoice_lines (
    invoice_id     uuid           NOT NULL REFERENCES invoices (id) ON DELETE CASCADE,
    line_number    smallint       NOT NULL,
    model_id       uuid           NOT NULL REFERENCES models (id),
    input_tokens   bigint         NOT NULL,
    output_tokens  bigint         NOT NULL,
    amount         numeric(14, 2) NOT NULL,
    CONSTRAINT invoice_lines_pkey PRIMARY KEY (invoice_id, line_number),
    CONSTRAINT invoice_lines_line_number_check CHECK (line_number > 0),
    CONSTRAINT invoice_lines_amount_check CHECK (amount >= 0)
);

CREATE INDEX invoice_lines_model_id_idx ON invoice_lines (model_id);

COMMENT ON TABLE invoice_lines IS 'What an invoice adds up: one line for each model used';
