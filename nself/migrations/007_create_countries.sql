-- The countries we ship to, with their standard VAT rate.
-- Reference data that other tables point at, so it belongs to the schema and not to the seeds.

-- UP

CREATE TABLE countries (
    code        text          PRIMARY KEY,
    name        text          NOT NULL,
    currency    text          NOT NULL,
    vat_percent numeric(4, 2),

    CONSTRAINT countries_code_check CHECK (code ~ '^[A-Z]{2}$'),
    CONSTRAINT countries_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT countries_vat_percent_check CHECK (vat_percent BETWEEN 0 AND 50)
);

COMMENT ON COLUMN countries.code IS 'ISO 3166-1 alpha-2';
COMMENT ON COLUMN countries.currency IS 'ISO 4217';
COMMENT ON COLUMN countries.vat_percent IS 'NULL: sold without VAT, the customer pays import tax';

COPY countries (code, name, currency, vat_percent) FROM stdin;
AT	Austria	EUR	20
BE	Belgium	EUR	21
CH	Switzerland	CHF	\N
CI	Côte d'Ivoire	XOF	\N
CZ	Czechia	CZK	21
DE	Germany	EUR	19
DK	Denmark	DKK	25
ES	Spain	EUR	21
FI	Finland	EUR	25.5
FR	France	EUR	20
IE	Ireland	EUR	23
IT	Italy	EUR	22
NL	Netherlands	EUR	21
NO	Norway	NOK	\N
PL	Poland	PLN	23
PT	Portugal	EUR	23
SE	Sweden	SEK	25
US	United States	USD	\N
\.

-- DOWN

DROP TABLE countries;
