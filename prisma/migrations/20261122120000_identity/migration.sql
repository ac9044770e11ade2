-- CreateEnum
CREATE TYPE "sign_in_method" AS ENUM ('provider', 'password', 'passkey');

-- CreateEnum
CREATE TYPE "attempt_purpose" AS ENUM ('sign_in', 'register', 'reset');

-- CreateEnum
CREATE TYPE "account_link_purpose" AS ENUM ('end_sessions');

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "locale" TEXT NOT NULL DEFAULT 'en',
ADD COLUMN     "time_zone" TEXT NOT NULL DEFAULT 'UTC';

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "browser_id" UUID,
ADD COLUMN     "method" "sign_in_method" NOT NULL DEFAULT 'provider',
ADD COLUMN     "two_factor" BOOLEAN NOT NULL DEFAULT false,
ALTER COLUMN "identity_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "subscriptions" ADD COLUMN     "two_factor_required" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "step_up_challenges" ADD COLUMN     "webauthn_challenge" BYTEA,
ADD COLUMN     "continuation" BYTEA,
ALTER COLUMN "last_sent_at" DROP NOT NULL;

-- CreateTable
CREATE TABLE "passwords" (
    "user_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "passwords_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "totp_devices" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "sealed_secret" BYTEA NOT NULL,
    "key_version" SMALLINT NOT NULL,
    "digits" SMALLINT NOT NULL,
    "period_seconds" SMALLINT NOT NULL,
    "window" SMALLINT NOT NULL,
    "last_step" BIGINT,
    "refused_step" BIGINT,
    "drift_steps" SMALLINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "totp_devices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "recovery_codes" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "code_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "recovery_codes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "passkeys" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "credential_id" BYTEA NOT NULL,
    "public_key" BYTEA NOT NULL,
    "counter" BIGINT NOT NULL,
    "transports" TEXT[],
    "backed_up" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "passkeys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "known_browsers" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "user_agent" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "known_browsers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_attempts" (
    "id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "purpose" "attempt_purpose" NOT NULL,
    "email" TEXT,
    "user_id" UUID,
    "shown" TEXT[],
    "tries_left" SMALLINT NOT NULL DEFAULT 5,
    "sends" SMALLINT NOT NULL DEFAULT 0,
    "last_sent_at" TIMESTAMPTZ(3),
    "webauthn_challenge" BYTEA,
    "ip_address" INET,
    "user_agent" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "ticket_hash" BYTEA,
    "session_id" UUID,

    CONSTRAINT "sign_in_attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "link_intents" (
    "id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "user_id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "provider_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "link_intents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account_links" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "purpose" "account_link_purpose" NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "account_links_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_limits" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "rate_limits_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "totp_devices_user_id_idx" ON "totp_devices"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "recovery_codes_user_id_code_hash_key" ON "recovery_codes"("user_id", "code_hash");

-- CreateIndex
CREATE UNIQUE INDEX "passkeys_credential_id_key" ON "passkeys"("credential_id");

-- CreateIndex
CREATE INDEX "passkeys_user_id_idx" ON "passkeys"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "known_browsers_user_id_token_hash_key" ON "known_browsers"("user_id", "token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "sign_in_attempts_token_hash_key" ON "sign_in_attempts"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "sign_in_attempts_ticket_hash_key" ON "sign_in_attempts"("ticket_hash");

-- CreateIndex
CREATE INDEX "sign_in_attempts_user_id_created_at_idx" ON "sign_in_attempts"("user_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "link_intents_token_hash_key" ON "link_intents"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "account_links_token_hash_key" ON "account_links"("token_hash");

-- CreateIndex
CREATE INDEX "rate_limits_expire_idx" ON "rate_limits"("expire");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_browser_id_fkey" FOREIGN KEY ("browser_id") REFERENCES "known_browsers"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "passwords" ADD CONSTRAINT "passwords_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "totp_devices" ADD CONSTRAINT "totp_devices_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "known_browsers" ADD CONSTRAINT "known_browsers_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sign_in_attempts" ADD CONSTRAINT "sign_in_attempts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "link_intents" ADD CONSTRAINT "link_intents_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "link_intents" ADD CONSTRAINT "link_intents_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_links" ADD CONSTRAINT "account_links_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's language can't say.

ALTER TABLE "sessions"
  ADD CONSTRAINT "sessions_identity_by_method" CHECK ("method" = 'provider' OR "identity_id" IS NULL);

ALTER TABLE "passwords"
  ADD CONSTRAINT "passwords_are_argon2id" CHECK ("hash" LIKE '$argon2id$%');

ALTER TABLE "totp_devices"
  ADD CONSTRAINT "totp_devices_settings" CHECK ("digits" IN (6, 8) AND "period_seconds" IN (30, 60) AND "window" BETWEEN 0 AND 2),
  ADD CONSTRAINT "totp_devices_name_length" CHECK (char_length("name") BETWEEN 1 AND 40),
  ADD CONSTRAINT "totp_devices_key_version" CHECK ("key_version" > 0);

ALTER TABLE "recovery_codes"
  ADD CONSTRAINT "recovery_codes_hash_length" CHECK (octet_length("code_hash") = 32);

ALTER TABLE "passkeys"
  ADD CONSTRAINT "passkeys_name_length" CHECK (char_length("name") BETWEEN 1 AND 40);

ALTER TABLE "known_browsers"
  ADD CONSTRAINT "known_browsers_token_hash_length" CHECK (octet_length("token_hash") = 32);

ALTER TABLE "sign_in_attempts"
  ADD CONSTRAINT "sign_in_attempts_token_hash_length" CHECK (octet_length("token_hash") = 32),
  ADD CONSTRAINT "sign_in_attempts_ticket_hash_length" CHECK (octet_length("ticket_hash") = 32),
  ADD CONSTRAINT "sign_in_attempts_tries" CHECK ("tries_left" BETWEEN 0 AND 5);

ALTER TABLE "link_intents"
  ADD CONSTRAINT "link_intents_token_hash_length" CHECK (octet_length("token_hash") = 32);

ALTER TABLE "account_links"
  ADD CONSTRAINT "account_links_token_hash_length" CHECK (octet_length("token_hash") = 32);
