-- One invoice for an organization and month. Amounts are copied when it is issued: what was billed must not
-- move when a price does.

CREATE TYPE invoice_status AS ENUM ('draft', 'issued', 'paid', 'void');

CREATE TABLE invoices (
    id               uuid           PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id  uuid           NOT NULL REFERENCES organizations (id),
    period_start     date           NOT NULL,
    period_end       date           NOT NULL,
    status           invoice_status NOT NULL DEFAULT 'draft',
    total            numeric(14, 2) NOT NULL DEFAULT 0,
    currency         text           NOT NULL DEFAULT 'USD',
    issued_at        timestamptz,
    created_at       timestamptz    NOT NULL DEFAULT now(),
    updated_at       timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT invoices_organization_id_period_start_key UNIQUE (organization_id, period_start),
    CONSTRAINT invoices_period_check CHECK (period_end > period_start),
    CONSTRAINT invoices_total_check CHECK (total >= 0),
    CONSTRAINT invoices_issued_at_check CHECK ((status = 'draft') = (issued_at IS NULL))
);

-- Nearly all invoices are paid; those that somebody still has to look at are few.
CREATE INDEX invoices_open_idx ON invoices (period_start) WHERE status IN ('draft', 'issued');

CREATE TRIGGER invoices_touch_updated_at
    BEFORE UPDATE ON invoices
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE invoices IS 'One for an organization and month';
COMMENT ON COLUMN invoices.period_end IS 'The first day that is not included';

-- What it adds up: one line for each model used.
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
