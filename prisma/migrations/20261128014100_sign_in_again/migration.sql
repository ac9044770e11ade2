-- A subscription may ask its members to sign in again every so many days. Whose last sign-in is older loses access until they do.
ALTER TABLE "subscriptions" ADD COLUMN     "sign_in_days" SMALLINT,
ADD COLUMN     "sign_in_set_at" TIMESTAMPTZ(3);

ALTER TABLE "memberships" ADD COLUMN     "lapsed_at" TIMESTAMPTZ(3),
ADD COLUMN     "sign_in_reminded" SMALLINT,
ADD COLUMN     "sign_in_reminded_for" TIMESTAMPTZ(3);

-- Who takes a client off its device without changing its own state: its subscription's billing, or what its owner's membership stands at. Each has a
-- mark of its own, so that neither lifts the other's; "held" says whether there is any.
ALTER TABLE "access_clients" RENAME COLUMN "held" TO "billing_held";
ALTER TABLE "access_clients" ADD COLUMN     "owner_held" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "access_clients" ADD COLUMN     "held" BOOLEAN NOT NULL GENERATED ALWAYS AS ("billing_held" OR "owner_held") STORED;

ALTER TABLE "subscriptions"
  ADD CONSTRAINT "subscriptions_sign_in_days" CHECK ("sign_in_days" BETWEEN 1 AND 365),
  ADD CONSTRAINT "subscriptions_sign_in_set_at" CHECK (("sign_in_days" IS NULL) = ("sign_in_set_at" IS NULL));
ALTER TABLE "memberships"
  ADD CONSTRAINT "memberships_sign_in_reminded" CHECK ("sign_in_reminded" IN (1, 7) AND "sign_in_reminded_for" IS NOT NULL OR "sign_in_reminded" IS NULL AND "sign_in_reminded_for" IS NULL);
-- A system has no owner whose membership could stand at anything.
ALTER TABLE "access_clients" ADD CONSTRAINT "access_clients_owner_held" CHECK (NOT "owner_held" OR "owner_id" IS NOT NULL);

-- What time looks at.
CREATE INDEX "subscriptions_sign_in" ON "subscriptions" ("id") WHERE "sign_in_days" IS NOT NULL;
CREATE INDEX "memberships_lapsed" ON "memberships" ("subscription_id", "user_id") WHERE "lapsed_at" IS NOT NULL;
