-- Credentials that were replaced before the last one: who kept a copy of one is noticed, however late.
CREATE TABLE "old_credentials" (
    "hash" BYTEA NOT NULL,
    "gateway_id" UUID NOT NULL,
    "retired_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "old_credentials_pkey" PRIMARY KEY ("hash")
);
CREATE INDEX "old_credentials_gateway_id_retired_at_idx" ON "old_credentials"("gateway_id", "retired_at");
ALTER TABLE "old_credentials" ADD CONSTRAINT "old_credentials_gateway_id_fkey" FOREIGN KEY ("gateway_id") REFERENCES "gateways"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's language can't say.
ALTER TABLE "old_credentials" ADD CONSTRAINT "old_credentials_hash_length" CHECK (octet_length("hash") = 32);
