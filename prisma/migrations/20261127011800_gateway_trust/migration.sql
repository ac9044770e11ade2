-- Machines of an instance may reach one another, where its subscription says so.
ALTER TABLE "instances" ADD COLUMN "peers_reach" BOOLEAN NOT NULL DEFAULT false;

-- A gateway's credential is replaced from time to time, and can be ended at once.
ALTER TABLE "gateways"
  ADD COLUMN "credential_made_at" TIMESTAMPTZ(3),
  ADD COLUMN "rotation_asked_at" TIMESTAMPTZ(3),
  ADD COLUMN "next_credential_hash" BYTEA,
  ADD COLUMN "retired_credential_hash" BYTEA,
  ADD COLUMN "credential_retired_at" TIMESTAMPTZ(3),
  ADD COLUMN "retired_alerted_at" TIMESTAMPTZ(3),
  ADD COLUMN "cut_off_at" TIMESTAMPTZ(3);
UPDATE "gateways" SET "credential_made_at" = "enrolled_at" WHERE "credential_hash" IS NOT NULL;
CREATE UNIQUE INDEX "gateways_next_credential_hash_key" ON "gateways"("next_credential_hash");
CREATE UNIQUE INDEX "gateways_retired_credential_hash_key" ON "gateways"("retired_credential_hash");

-- What Prisma's language can't say.

-- One that was cut off keeps its box key: enrolled anew with another, nothing opens what was sealed to it.
ALTER TABLE "gateways" DROP CONSTRAINT "gateways_enrolled_whole";
ALTER TABLE "gateways"
  ADD CONSTRAINT "gateways_enrolled_whole" CHECK (("enrolled_at" IS NULL) = ("credential_hash" IS NULL) AND ("enrolled_at" IS NULL OR "box_public_key" IS NOT NULL)),
  ADD CONSTRAINT "gateways_next_credential_hash_length" CHECK (octet_length("next_credential_hash") = 32),
  ADD CONSTRAINT "gateways_retired_credential_hash_length" CHECK (octet_length("retired_credential_hash") = 32),
  ADD CONSTRAINT "gateways_credential_dated" CHECK (("credential_hash" IS NULL) = ("credential_made_at" IS NULL)),
  ADD CONSTRAINT "gateways_next_follows" CHECK ("next_credential_hash" IS NULL OR "credential_hash" IS NOT NULL),
  ADD CONSTRAINT "gateways_retired_dated" CHECK (("retired_credential_hash" IS NULL) = ("credential_retired_at" IS NULL)),
  ADD CONSTRAINT "gateways_cut_off_is_out" CHECK ("cut_off_at" IS NULL OR ("credential_hash" IS NULL AND "next_credential_hash" IS NULL AND "retired_credential_hash" IS NULL AND "enrolled_at" IS NULL));
