-- Hosts that can't run the agent: they fetch a list of peers for each instance, and confirm nothing.
ALTER TABLE "gateways" ADD COLUMN "agentless" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "gateways" ADD CONSTRAINT "gateways_agentless" CHECK (NOT "agentless" OR ("enrolled_at" IS NULL AND "enrol_token_hash" IS NULL));

CREATE TABLE "peer_lists" (
  "instance_id" UUID NOT NULL,
  "credential_hash" BYTEA NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "fetched_at" TIMESTAMPTZ(3),
  "fetched_revision" BIGINT,
  CONSTRAINT "peer_lists_pkey" PRIMARY KEY ("instance_id"),
  CONSTRAINT "peer_lists_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "instances" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "peer_lists_credential_hash_length" CHECK (octet_length("credential_hash") = 32),
  CONSTRAINT "peer_lists_fetched_whole" CHECK (("fetched_at" IS NULL) = ("fetched_revision" IS NULL))
);
CREATE UNIQUE INDEX "peer_lists_credential_hash_key" ON "peer_lists" ("credential_hash");
