-- Clients that were prepared for colleagues, and wait for a key.
CREATE TYPE "enrolment_end" AS ENUM ('used', 'withdrawn', 'preparer_gone', 'colleague_gone');

CREATE TABLE "enrolments" (
  "id" UUID NOT NULL,
  "subscription_id" UUID NOT NULL,
  "user_id" UUID NOT NULL,
  "prepared_by_id" UUID NOT NULL,
  "nickname" TEXT NOT NULL,
  "client_ends_at" TIMESTAMPTZ(3),
  "token_hash" BYTEA NOT NULL,
  "sends" SMALLINT NOT NULL DEFAULT 1,
  "last_sent_at" TIMESTAMPTZ(3) NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "ended_at" TIMESTAMPTZ(3),
  "ended" "enrolment_end",
  CONSTRAINT "enrolments_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "enrolments_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "enrolments_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "enrolments_prepared_by_id_fkey" FOREIGN KEY ("prepared_by_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "enrolments_for_another" CHECK ("user_id" <> "prepared_by_id"),
  CONSTRAINT "enrolments_nickname_length" CHECK (char_length("nickname") BETWEEN 1 AND 40 AND "nickname" !~ '[[:cntrl:]]'),
  CONSTRAINT "enrolments_token_hash_length" CHECK (octet_length("token_hash") = 32),
  CONSTRAINT "enrolments_sends" CHECK ("sends" BETWEEN 1 AND 5),
  CONSTRAINT "enrolments_span" CHECK ("expires_at" > "created_at" AND "expires_at" <= "created_at" + interval '7 days'),
  CONSTRAINT "enrolments_before_the_clients_end" CHECK ("client_ends_at" IS NULL OR "expires_at" <= "client_ends_at"),
  CONSTRAINT "enrolments_ended_whole" CHECK (("ended_at" IS NULL) = ("ended" IS NULL))
);
CREATE UNIQUE INDEX "enrolments_token_hash_key" ON "enrolments" ("token_hash");
CREATE INDEX "enrolments_subscription_id_idx" ON "enrolments" ("subscription_id");
CREATE INDEX "enrolments_user_id_idx" ON "enrolments" ("user_id");
CREATE INDEX "enrolments_prepared_by_id_idx" ON "enrolments" ("prepared_by_id");
