-- An instance's API key, and the systems that join with it. A system that was approved is an access client without an owner: its peer
-- goes the way of every other (docs/decisions/0019-a-system-is-a-client.md).
ALTER TABLE "plans" ADD COLUMN IF NOT EXISTS "max_systems" INTEGER;

-- The subscription's, so that it follows the instance from gateway to gateway; it goes when the instance is taken down.
CREATE TABLE "api_keys" (
    "subscription_id" UUID NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "sealed_key" BYTEA NOT NULL,
    "key_version" INTEGER NOT NULL,
    "ending" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("subscription_id"),
    CONSTRAINT "api_keys_key_hash_length" CHECK (octet_length("key_hash") = 32),
    CONSTRAINT "api_keys_ending_length" CHECK (char_length("ending") = 4)
);
CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys"("key_hash");
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "systems" (
    "id" UUID NOT NULL,
    "subscription_id" UUID NOT NULL,
    "public_key" BYTEA NOT NULL,
    "host_name" TEXT NOT NULL,
    "serial" TEXT,
    "version" TEXT,
    "asked_from" INET,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "refused_at" TIMESTAMPTZ(3),
    CONSTRAINT "systems_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "systems_public_key_length" CHECK (octet_length("public_key") = 32),
    CONSTRAINT "systems_facts_length" CHECK (char_length("host_name") BETWEEN 1 AND 40 AND char_length("serial") <= 64 AND char_length("version") <= 64),
    CONSTRAINT "systems_wait_ends" CHECK ("expires_at" > "asked_at" AND "expires_at" <= "asked_at" + INTERVAL '3 days')
);
CREATE UNIQUE INDEX "systems_subscription_id_public_key_key" ON "systems"("subscription_id", "public_key");
-- What a client refers to, so that it can't be another tenant's system.
CREATE UNIQUE INDEX "systems_id_subscription_id_key" ON "systems"("id", "subscription_id");
ALTER TABLE "systems" ADD CONSTRAINT "systems_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "access_clients" ALTER COLUMN "owner_id" DROP NOT NULL;
ALTER TABLE "access_clients" ADD COLUMN "system_id" UUID;
ALTER TABLE "access_clients" ADD CONSTRAINT "access_clients_system_id_subscription_id_fkey" FOREIGN KEY ("system_id", "subscription_id") REFERENCES "systems"("id", "subscription_id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "access_clients" ADD CONSTRAINT "access_clients_person_or_system" CHECK (("owner_id" IS NULL) = ("system_id" IS NOT NULL));
CREATE UNIQUE INDEX "access_clients_system_id_subscription_id_key" ON "access_clients"("system_id", "subscription_id");
-- How many systems an instance has, at any number of clients.
CREATE INDEX "access_clients_live_systems" ON "access_clients"("instance_id") WHERE "system_id" IS NOT NULL AND "state" <> 'revoked';
