-- A subscription's billing state says whether its clients may be on their device, and until when it lasts by itself.
CREATE TYPE "plan_interval" AS ENUM ('month', 'year');
ALTER TYPE "billing_state" ADD VALUE 'pending' BEFORE 'trial';
ALTER TYPE "billing_state" ADD VALUE 'ended';

ALTER TABLE "plans" ADD COLUMN     "currency" CHAR(3) NOT NULL DEFAULT 'EUR',
ADD COLUMN     "grace_days" SMALLINT NOT NULL DEFAULT 14,
ADD COLUMN     "instance_size" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "interval" "plan_interval" NOT NULL DEFAULT 'month',
ADD COLUMN     "max_members" INTEGER,
ADD COLUMN     IF NOT EXISTS "max_systems" INTEGER,
ADD COLUMN     "price" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "retention_days" SMALLINT NOT NULL DEFAULT 30,
ADD COLUMN     "trial_days" SMALLINT NOT NULL DEFAULT 0;

ALTER TABLE "subscriptions" ADD COLUMN     "billing_reminded" SMALLINT,
ADD COLUMN     "billing_set_at" TIMESTAMPTZ(3),
ADD COLUMN     "billing_until" TIMESTAMPTZ(3),
ADD COLUMN     "cancels_at_end" BOOLEAN NOT NULL DEFAULT false;

ALTER TABLE "access_clients" ADD COLUMN     "held" BOOLEAN NOT NULL DEFAULT false;

-- What Prisma's language can't say. States as text: a value that was just added to a type can't be used in the same transaction.

ALTER TABLE "plans"
  ADD CONSTRAINT "plans_max_members_positive" CHECK ("max_members" > 0),
  ADD CONSTRAINT "plans_price_not_negative" CHECK ("price" >= 0),
  ADD CONSTRAINT "plans_currency" CHECK ("currency" ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT "plans_days" CHECK ("trial_days" BETWEEN 0 AND 365 AND "grace_days" BETWEEN 0 AND 365 AND "retention_days" BETWEEN 0 AND 365);

-- States that were set by hand before there was anything to end them.
UPDATE "subscriptions" SET "billing_until" = now() + interval '30 days' WHERE "billing_state"::text IN ('trial', 'past_due', 'cancelled');

ALTER TABLE "subscriptions"
  ADD CONSTRAINT "subscriptions_billing_until" CHECK (CASE "billing_state"::text
    WHEN 'trial' THEN "billing_until" IS NOT NULL WHEN 'past_due' THEN "billing_until" IS NOT NULL WHEN 'cancelled' THEN "billing_until" IS NOT NULL
    WHEN 'active' THEN true ELSE "billing_until" IS NULL END),
  ADD CONSTRAINT "subscriptions_cancels_at_end" CHECK (NOT "cancels_at_end" OR ("billing_state"::text IN ('trial', 'active') AND "billing_until" IS NOT NULL)),
  ADD CONSTRAINT "subscriptions_billing_reminded" CHECK ("billing_reminded" IS NULL OR ("billing_reminded" IN (1, 7) AND "billing_until" IS NOT NULL));

CREATE FUNCTION "refuse_return_from_ended"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'subscription % has ended, which is final', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'subscriptions_ended_is_final';
END $$;
CREATE TRIGGER "subscriptions_ended_is_final" BEFORE UPDATE OF "billing_state" ON "subscriptions"
  FOR EACH ROW WHEN (OLD."billing_state"::text = 'ended' AND NEW."billing_state"::text <> 'ended') EXECUTE FUNCTION "refuse_return_from_ended"();

-- What falls due next, and what is reminded of.
CREATE INDEX "subscriptions_billing_until" ON "subscriptions" ("billing_until") WHERE "billing_until" IS NOT NULL;
