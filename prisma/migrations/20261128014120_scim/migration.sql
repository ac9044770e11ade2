-- SCIM 2.0 (RFC 7643, 7644): a company's directory says who is in a subscription, by a token of the subscription's own.
CREATE TABLE "scim_tokens" (
  "subscription_id" UUID NOT NULL,
  "token_hash" BYTEA NOT NULL,
  "ending" TEXT NOT NULL,
  "made_by_id" UUID NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "last_used_at" TIMESTAMPTZ(3),
  CONSTRAINT "scim_tokens_pkey" PRIMARY KEY ("subscription_id"),
  CONSTRAINT "scim_tokens_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "scim_tokens_made_by_id_fkey" FOREIGN KEY ("made_by_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "scim_tokens_token_hash_length" CHECK (octet_length("token_hash") = 32)
);
CREATE UNIQUE INDEX "scim_tokens_token_hash_key" ON "scim_tokens" ("token_hash");

-- How the directory knows somebody: from their invitation on, and through their membership.
ALTER TABLE "invitations" ADD COLUMN     "external_id" TEXT;
ALTER TABLE "memberships" ADD COLUMN     "deactivated_at" TIMESTAMPTZ(3),
ADD COLUMN     "directory_id" UUID NOT NULL DEFAULT gen_random_uuid(),
ADD COLUMN     "external_id" TEXT;
CREATE UNIQUE INDEX "memberships_directory_id_key" ON "memberships" ("directory_id");

ALTER TABLE "memberships" ADD CONSTRAINT "memberships_owner_stays_active" CHECK ("deactivated_at" IS NULL OR "role" <> 'owner');
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_external_id" CHECK (octet_length("external_id") BETWEEN 1 AND 1024);
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_external_id" CHECK (octet_length("external_id") BETWEEN 1 AND 1024);
