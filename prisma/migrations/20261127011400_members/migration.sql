-- People asked to join a subscription, by address. One stands for an address at a time.
CREATE TABLE "invitations" (
  "id" UUID NOT NULL,
  "subscription_id" UUID NOT NULL,
  "email" TEXT NOT NULL,
  "role" "role" NOT NULL,
  "token_hash" BYTEA NOT NULL,
  "invited_by_id" UUID NOT NULL,
  "sends" SMALLINT NOT NULL DEFAULT 1,
  "last_sent_at" TIMESTAMPTZ(3) NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "ended_at" TIMESTAMPTZ(3),
  CONSTRAINT "invitations_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "invitations_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "invitations_invited_by_id_fkey" FOREIGN KEY ("invited_by_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "invitations_no_owner" CHECK ("role" <> 'owner'),
  CONSTRAINT "invitations_token_hash_length" CHECK (octet_length("token_hash") = 32),
  CONSTRAINT "invitations_sends" CHECK ("sends" BETWEEN 1 AND 5),
  CONSTRAINT "invitations_span" CHECK ("expires_at" > "created_at" AND "expires_at" <= "created_at" + interval '7 days')
);
CREATE UNIQUE INDEX "invitations_token_hash_key" ON "invitations" ("token_hash");
CREATE UNIQUE INDEX "invitations_open" ON "invitations" ("subscription_id", "email") WHERE "ended_at" IS NULL;
CREATE INDEX "invitations_subscription_id_idx" ON "invitations" ("subscription_id");
CREATE INDEX "invitations_invited_by_id_idx" ON "invitations" ("invited_by_id");

-- A subscription offered to another member. One offer at a time.
CREATE TABLE "ownership_offers" (
  "id" UUID NOT NULL,
  "subscription_id" UUID NOT NULL,
  "from_user_id" UUID NOT NULL,
  "to_user_id" UUID NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "ended_at" TIMESTAMPTZ(3),
  CONSTRAINT "ownership_offers_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "ownership_offers_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "ownership_offers_from_user_id_fkey" FOREIGN KEY ("from_user_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "ownership_offers_to_user_id_fkey" FOREIGN KEY ("to_user_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "ownership_offers_to_another" CHECK ("from_user_id" <> "to_user_id"),
  CONSTRAINT "ownership_offers_span" CHECK ("expires_at" > "created_at" AND "expires_at" <= "created_at" + interval '7 days')
);
CREATE UNIQUE INDEX "ownership_offers_open" ON "ownership_offers" ("subscription_id") WHERE "ended_at" IS NULL;
CREATE INDEX "ownership_offers_subscription_id_idx" ON "ownership_offers" ("subscription_id");
