-- Devices that were sold with a warranty, and whose they are.
CREATE TABLE "warranties" (
  "id" UUID NOT NULL,
  "serial" TEXT NOT NULL,
  "model" TEXT NOT NULL,
  "starts_on" DATE NOT NULL,
  "ends_on" DATE NOT NULL,
  "imported_at" TIMESTAMPTZ(3) NOT NULL,
  "owner_id" UUID,
  "registered_at" TIMESTAMPTZ(3),
  "reminded_days" SMALLINT,
  CONSTRAINT "warranties_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "warranties_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "users" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT "warranties_serial_form" CHECK ("serial" ~ '^[A-Z0-9][A-Z0-9._/-]{2,39}$'),
  CONSTRAINT "warranties_model_form" CHECK (char_length("model") BETWEEN 1 AND 80),
  CONSTRAINT "warranties_span" CHECK ("ends_on" >= "starts_on"),
  CONSTRAINT "warranties_registered" CHECK (("owner_id" IS NULL) = ("registered_at" IS NULL)),
  CONSTRAINT "warranties_reminded" CHECK ("reminded_days" IS NULL OR ("reminded_days" IN (60, 14) AND "owner_id" IS NOT NULL))
);
CREATE UNIQUE INDEX "warranties_serial_key" ON "warranties" ("serial");
CREATE INDEX "warranties_owner_id_idx" ON "warranties" ("owner_id");
CREATE INDEX "warranties_to_remind" ON "warranties" ("ends_on", "id") WHERE "owner_id" IS NOT NULL;

-- A device offered to whoever has an address. One offer at a time.
CREATE TABLE "warranty_transfers" (
  "id" UUID NOT NULL,
  "warranty_id" UUID NOT NULL,
  "from_user_id" UUID NOT NULL,
  "recipient" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "ended_at" TIMESTAMPTZ(3),
  CONSTRAINT "warranty_transfers_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "warranty_transfers_warranty_id_fkey" FOREIGN KEY ("warranty_id") REFERENCES "warranties" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "warranty_transfers_from_user_id_fkey" FOREIGN KEY ("from_user_id") REFERENCES "users" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT "warranty_transfers_span" CHECK ("expires_at" > "created_at" AND "expires_at" <= "created_at" + interval '14 days')
);
CREATE UNIQUE INDEX "warranty_transfers_open" ON "warranty_transfers" ("warranty_id") WHERE "ended_at" IS NULL;
CREATE INDEX "warranty_transfers_warranty_id_idx" ON "warranty_transfers" ("warranty_id");
CREATE INDEX "warranty_transfers_recipient_idx" ON "warranty_transfers" ("recipient");
