-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "role" AS ENUM ('owner', 'admin', 'member');

-- CreateEnum
CREATE TYPE "billing_state" AS ENUM ('trial', 'active', 'past_due', 'suspended', 'cancelled');

-- CreateEnum
CREATE TYPE "instance_status" AS ENUM ('provisioning', 'ready', 'failed', 'deprovisioned');

-- CreateEnum
CREATE TYPE "client_state" AS ENUM ('active', 'suspended', 'expired', 'revoked');

-- CreateEnum
CREATE TYPE "actor_kind" AS ENUM ('user', 'gateway', 'portal');

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "email" TEXT,
    "name" TEXT NOT NULL,
    "is_operator" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "deactivated_at" TIMESTAMPTZ(3),

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "identities" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "email" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "identities_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "identity_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "ip_address" INET,
    "user_agent" TEXT NOT NULL,
    "amr" TEXT[],
    "acr" TEXT,
    "auth_time" TIMESTAMPTZ(3),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plans" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "max_clients" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "plans_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "subscriptions" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "plan_id" UUID NOT NULL,
    "billing_state" "billing_state" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "subscriptions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "memberships" (
    "subscription_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" "role" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "memberships_pkey" PRIMARY KEY ("subscription_id","user_id")
);

-- CreateTable
CREATE TABLE "gateways" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "endpoint_host" TEXT NOT NULL,
    "revision" BIGINT NOT NULL DEFAULT 0,
    "wanted_digest" bit(256) NOT NULL,
    "box_public_key" BYTEA,
    "credential_hash" BYTEA,
    "enrol_token_hash" BYTEA,
    "enrol_token_expires" TIMESTAMPTZ(3),
    "enrolled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "gateways_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "gateway_presence" (
    "gateway_id" UUID NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3),
    "acknowledged_revision" BIGINT NOT NULL DEFAULT 0,
    "observed_digest" bit(256),
    "in_sync" BOOLEAN NOT NULL DEFAULT false,
    "agent_version" TEXT,
    "protocol_version" INTEGER,
    "implementation" TEXT,
    "failure" TEXT,

    CONSTRAINT "gateway_presence_pkey" PRIMARY KEY ("gateway_id")
);

-- CreateTable
CREATE TABLE "gateway_changes" (
    "gateway_id" UUID NOT NULL,
    "revision" BIGINT NOT NULL,
    "instance_id" UUID NOT NULL,
    "client_id" UUID,
    "digest" bit(256) NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "committed_at" TIMESTAMPTZ(3) NOT NULL,
    "delivered_at" TIMESTAMPTZ(3),
    "applied_at" TIMESTAMPTZ(3),
    "acknowledged_at" TIMESTAMPTZ(3),

    CONSTRAINT "gateway_changes_pkey" PRIMARY KEY ("gateway_id","revision")
);

-- CreateTable
CREATE TABLE "instances" (
    "id" UUID NOT NULL,
    "subscription_id" UUID NOT NULL,
    "gateway_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "status" "instance_status" NOT NULL,
    "subnet_v4" cidr NOT NULL,
    "subnet_v6" cidr NOT NULL,
    "tunnel_address_v4" INET NOT NULL,
    "tunnel_address_v6" INET NOT NULL,
    "interface_name" TEXT NOT NULL,
    "listen_port" INTEGER NOT NULL,
    "public_key" BYTEA,
    "dns" INET[],
    "mtu" INTEGER,
    "persistent_keepalive_seconds" INTEGER NOT NULL DEFAULT 25,
    "next_host_index" INTEGER NOT NULL DEFAULT 2,
    "live_clients" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "instances_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access_clients" (
    "id" UUID NOT NULL,
    "subscription_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "nickname" TEXT NOT NULL,
    "public_key" BYTEA NOT NULL,
    "sealed_preshared_key" BYTEA,
    "host_index" INTEGER NOT NULL,
    "address_v4" INET NOT NULL,
    "address_v6" INET NOT NULL,
    "state" "client_state" NOT NULL,
    "gateway_id" UUID NOT NULL,
    "revision" BIGINT NOT NULL,
    "challenge_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by_id" UUID,

    CONSTRAINT "access_clients_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "client_sightings" (
    "client_id" UUID NOT NULL,
    "latest_handshake_at" TIMESTAMPTZ(3),
    "received_bytes" BIGINT NOT NULL,
    "sent_bytes" BIGINT NOT NULL,
    "endpoint" TEXT,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "client_sightings_pkey" PRIMARY KEY ("client_id")
);

-- CreateTable
CREATE TABLE "released_addresses" (
    "instance_id" UUID NOT NULL,
    "host_index" INTEGER NOT NULL,
    "released_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "released_addresses_pkey" PRIMARY KEY ("instance_id","host_index")
);

-- CreateTable
CREATE TABLE "step_up_challenges" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "action" TEXT NOT NULL,
    "object_id" UUID NOT NULL,
    "parameters_hash" BYTEA NOT NULL,
    "recipient" TEXT NOT NULL,
    "text" JSONB NOT NULL,
    "tries_left" SMALLINT NOT NULL DEFAULT 5,
    "sends" SMALLINT NOT NULL DEFAULT 1,
    "last_sent_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "step_up_challenges_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_chains" (
    "id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "head_hash" BYTEA NOT NULL,

    CONSTRAINT "audit_chains_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_events" (
    "chain_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "actor_kind" "actor_kind" NOT NULL,
    "actor_id" UUID,
    "actor_label" TEXT NOT NULL,
    "actor_operator" BOOLEAN NOT NULL,
    "subject_kind" TEXT,
    "subject_id" UUID,
    "source_address" TEXT,
    "data" JSONB NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("chain_id","seq")
);

-- CreateTable
CREATE TABLE "outbox_mails" (
    "id" UUID NOT NULL,
    "template" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "stale_at" TIMESTAMPTZ(3),
    "attempts" SMALLINT NOT NULL DEFAULT 0,
    "sent_at" TIMESTAMPTZ(3),
    "abandoned_at" TIMESTAMPTZ(3),
    "last_error" TEXT,

    CONSTRAINT "outbox_mails_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE INDEX "identities_user_id_idx" ON "identities"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "identities_provider_subject_key" ON "identities"("provider", "subject");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "plans_code_key" ON "plans"("code");

-- CreateIndex
CREATE INDEX "memberships_user_id_idx" ON "memberships"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "gateways_name_key" ON "gateways"("name");

-- CreateIndex
CREATE UNIQUE INDEX "gateways_credential_hash_key" ON "gateways"("credential_hash");

-- CreateIndex
CREATE UNIQUE INDEX "gateways_enrol_token_hash_key" ON "gateways"("enrol_token_hash");

-- CreateIndex
CREATE INDEX "gateway_changes_client_id_idx" ON "gateway_changes"("client_id");

-- CreateIndex
CREATE UNIQUE INDEX "instances_subscription_id_key" ON "instances"("subscription_id");

-- CreateIndex
CREATE UNIQUE INDEX "instances_id_subscription_id_key" ON "instances"("id", "subscription_id");

-- CreateIndex
CREATE UNIQUE INDEX "instances_gateway_id_listen_port_key" ON "instances"("gateway_id", "listen_port");

-- CreateIndex
CREATE UNIQUE INDEX "instances_gateway_id_interface_name_key" ON "instances"("gateway_id", "interface_name");

-- CreateIndex
CREATE UNIQUE INDEX "access_clients_public_key_key" ON "access_clients"("public_key");

-- CreateIndex
CREATE UNIQUE INDEX "access_clients_challenge_id_key" ON "access_clients"("challenge_id");

-- CreateIndex
CREATE INDEX "access_clients_subscription_id_created_at_id_idx" ON "access_clients"("subscription_id", "created_at" DESC, "id");

-- CreateIndex
CREATE INDEX "access_clients_owner_id_idx" ON "access_clients"("owner_id");

-- CreateIndex
CREATE INDEX "access_clients_created_at_id_idx" ON "access_clients"("created_at" DESC, "id");

-- CreateIndex
CREATE INDEX "released_addresses_instance_id_released_at_idx" ON "released_addresses"("instance_id", "released_at");

-- CreateIndex
CREATE INDEX "step_up_challenges_user_id_created_at_idx" ON "step_up_challenges"("user_id", "created_at");

-- CreateIndex
CREATE INDEX "audit_events_subject_id_idx" ON "audit_events"("subject_id");

-- AddForeignKey
ALTER TABLE "identities" ADD CONSTRAINT "identities_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_identity_id_fkey" FOREIGN KEY ("identity_id") REFERENCES "identities"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plans"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gateway_presence" ADD CONSTRAINT "gateway_presence_gateway_id_fkey" FOREIGN KEY ("gateway_id") REFERENCES "gateways"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gateway_changes" ADD CONSTRAINT "gateway_changes_gateway_id_fkey" FOREIGN KEY ("gateway_id") REFERENCES "gateways"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gateway_changes" ADD CONSTRAINT "gateway_changes_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "instances"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gateway_changes" ADD CONSTRAINT "gateway_changes_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "access_clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "instances" ADD CONSTRAINT "instances_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "instances" ADD CONSTRAINT "instances_gateway_id_fkey" FOREIGN KEY ("gateway_id") REFERENCES "gateways"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_clients" ADD CONSTRAINT "access_clients_instance_id_subscription_id_fkey" FOREIGN KEY ("instance_id", "subscription_id") REFERENCES "instances"("id", "subscription_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_clients" ADD CONSTRAINT "access_clients_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_clients" ADD CONSTRAINT "access_clients_revoked_by_id_fkey" FOREIGN KEY ("revoked_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_sightings" ADD CONSTRAINT "client_sightings_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "access_clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "released_addresses" ADD CONSTRAINT "released_addresses_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "instances"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step_up_challenges" ADD CONSTRAINT "step_up_challenges_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step_up_challenges" ADD CONSTRAINT "step_up_challenges_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_chain_id_fkey" FOREIGN KEY ("chain_id") REFERENCES "audit_chains"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's language can't say.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

ALTER TABLE "users"
  ADD CONSTRAINT "users_email_normalised" CHECK ("email" = lower("email") AND "email" !~ '[[:space:]]' AND length("email") <= 254);

ALTER TABLE "sessions"
  ADD CONSTRAINT "sessions_expire_later" CHECK ("expires_at" > "created_at");

ALTER TABLE "plans"
  ADD CONSTRAINT "plans_max_clients_positive" CHECK ("max_clients" > 0);

ALTER TABLE "gateways"
  ALTER COLUMN "wanted_digest" SET DEFAULT repeat('0', 256)::bit(256),
  ADD CONSTRAINT "gateways_revision_not_negative" CHECK ("revision" >= 0),
  ADD CONSTRAINT "gateways_box_public_key_length" CHECK (octet_length("box_public_key") = 32),
  ADD CONSTRAINT "gateways_credential_hash_length" CHECK (octet_length("credential_hash") = 32),
  ADD CONSTRAINT "gateways_enrol_token_hash_length" CHECK (octet_length("enrol_token_hash") = 32),
  ADD CONSTRAINT "gateways_enrolled_whole" CHECK (("enrolled_at" IS NULL) = ("credential_hash" IS NULL) AND ("enrolled_at" IS NULL) = ("box_public_key" IS NULL));

ALTER TABLE "gateway_changes"
  ADD CONSTRAINT "gateway_changes_acknowledged_after_delivery" CHECK ("acknowledged_at" IS NULL OR "delivered_at" IS NOT NULL);

-- Every answer to a gateway and every acknowledgement looks for what is still under way; there is little of it, however long the history.
CREATE INDEX "gateway_changes_pending" ON "gateway_changes" ("gateway_id", "revision") WHERE "acknowledged_at" IS NULL;

ALTER TABLE "instances"
  ADD CONSTRAINT "instances_subnet_v4" CHECK (family("subnet_v4") = 4 AND masklen("subnet_v4") BETWEEN 16 AND 29),
  ADD CONSTRAINT "instances_subnet_v6" CHECK (family("subnet_v6") = 6 AND masklen("subnet_v6") = 64 AND "subnet_v6" <<= 'fd00::/8'),
  ADD CONSTRAINT "instances_tunnel_address_v4" CHECK ("tunnel_address_v4" << "subnet_v4" AND masklen("tunnel_address_v4") = 32),
  ADD CONSTRAINT "instances_tunnel_address_v6" CHECK ("tunnel_address_v6" << "subnet_v6" AND masklen("tunnel_address_v6") = 128),
  ADD CONSTRAINT "instances_interface_name" CHECK ("interface_name" ~ '^[a-z0-9-]{1,15}$'),
  ADD CONSTRAINT "instances_listen_port" CHECK ("listen_port" BETWEEN 1 AND 65535),
  ADD CONSTRAINT "instances_public_key_length" CHECK (octet_length("public_key") = 32),
  ADD CONSTRAINT "instances_mtu" CHECK ("mtu" BETWEEN 1280 AND 9000),
  ADD CONSTRAINT "instances_keepalive" CHECK ("persistent_keepalive_seconds" BETWEEN 0 AND 65535),
  ADD CONSTRAINT "instances_next_host_index" CHECK ("next_host_index" >= 2),
  ADD CONSTRAINT "instances_live_clients" CHECK ("live_clients" >= 0),
  ADD CONSTRAINT "instances_ready_has_key" CHECK ("status" <> 'ready' OR "public_key" IS NOT NULL);

ALTER TABLE "access_clients"
  ADD CONSTRAINT "access_clients_nickname_length" CHECK (char_length("nickname") BETWEEN 1 AND 40 AND "nickname" !~ '[[:cntrl:]]'),
  ADD CONSTRAINT "access_clients_public_key_length" CHECK (octet_length("public_key") = 32),
  ADD CONSTRAINT "access_clients_sealed_preshared_key_length" CHECK (octet_length("sealed_preshared_key") = 105),
  ADD CONSTRAINT "access_clients_host_index" CHECK ("host_index" >= 2),
  ADD CONSTRAINT "access_clients_address_v4" CHECK (family("address_v4") = 4 AND masklen("address_v4") = 32),
  ADD CONSTRAINT "access_clients_address_v6" CHECK (family("address_v6") = 6 AND masklen("address_v6") = 128),
  ADD CONSTRAINT "access_clients_revoked_whole" CHECK (("state" = 'revoked') = ("revoked_at" IS NOT NULL));

CREATE UNIQUE INDEX "access_clients_host_index_live" ON "access_clients" ("instance_id", "host_index") WHERE "state" <> 'revoked';
CREATE UNIQUE INDEX "access_clients_address_v4_live" ON "access_clients" ("instance_id", "address_v4") WHERE "state" <> 'revoked';
CREATE UNIQUE INDEX "access_clients_address_v6_live" ON "access_clients" ("instance_id", "address_v6") WHERE "state" <> 'revoked';

ALTER TABLE "gateway_changes" ALTER CONSTRAINT "gateway_changes_client_id_fkey" DEFERRABLE INITIALLY DEFERRED;

-- A change names its gateway's revision; checked at commit because the two rows point at each other.
ALTER TABLE "access_clients"
  ADD CONSTRAINT "access_clients_latest_change" FOREIGN KEY ("gateway_id", "revision")
  REFERENCES "gateway_changes" ("gateway_id", "revision") DEFERRABLE INITIALLY DEFERRED;

-- The operator's search: parts of nicknames and addresses of people; whole tunnel addresses.
CREATE INDEX "access_clients_nickname_search" ON "access_clients" USING gin (lower("nickname") gin_trgm_ops);
CREATE INDEX "users_email_search" ON "users" USING gin ("email" gin_trgm_ops);
CREATE INDEX "access_clients_address_v4_search" ON "access_clients" ("address_v4");
CREATE INDEX "access_clients_address_v6_search" ON "access_clients" ("address_v6");

ALTER TABLE "step_up_challenges"
  ADD CONSTRAINT "step_up_challenges_tries" CHECK ("tries_left" BETWEEN 0 AND 5),
  ADD CONSTRAINT "step_up_challenges_parameters_hash_length" CHECK (octet_length("parameters_hash") = 32),
  ADD CONSTRAINT "step_up_challenges_ten_minutes" CHECK ("expires_at" > "created_at" AND "expires_at" <= "created_at" + interval '10 minutes');

ALTER TABLE "audit_chains"
  ADD CONSTRAINT "audit_chains_head_hash_length" CHECK (octet_length("head_hash") = 32);
ALTER TABLE "audit_events"
  ADD CONSTRAINT "audit_events_hash_length" CHECK (octet_length("hash") = 32),
  ADD CONSTRAINT "audit_events_seq_positive" CHECK ("seq" > 0);

CREATE INDEX "outbox_mails_due" ON "outbox_mails" ("due_at") WHERE "sent_at" IS NULL AND "abandoned_at" IS NULL;

-- "Revoked" is final, whoever writes.
CREATE FUNCTION "refuse_return_from_revoked"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'client % is revoked, and revoked is final', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER "access_clients_revoked_is_final" BEFORE UPDATE ON "access_clients"
  FOR EACH ROW WHEN (OLD.state = 'revoked' AND NEW.state <> 'revoked') EXECUTE FUNCTION "refuse_return_from_revoked"();

-- One question at each operator's page view: is this look already in the customer's log?
CREATE INDEX "audit_events_operator_views" ON "audit_events" ("actor_id", "chain_id", "at") WHERE "action" = 'operator.viewed';

-- The audit log only grows.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit events are never changed or removed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "audit_events_append_only" BEFORE UPDATE OR DELETE ON "audit_events"
  FOR EACH ROW EXECUTE FUNCTION "refuse_audit_change"();
CREATE TRIGGER "audit_events_never_truncated" BEFORE TRUNCATE ON "audit_events"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
