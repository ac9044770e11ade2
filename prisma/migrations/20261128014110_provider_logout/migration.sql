-- OpenID Connect Back-Channel Logout 1.0: the provider's own session behind each of ours, and the logout tokens that were used.
ALTER TABLE "sessions" ADD COLUMN     "provider_sid" TEXT;
CREATE INDEX "sessions_identity_id_idx" ON "sessions" ("identity_id");

CREATE TABLE "logout_tokens" (
  "hash" BYTEA NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "logout_tokens_pkey" PRIMARY KEY ("hash"),
  CONSTRAINT "logout_tokens_hash_length" CHECK (octet_length("hash") = 32)
);
CREATE INDEX "logout_tokens_expires_at_idx" ON "logout_tokens" ("expires_at");
