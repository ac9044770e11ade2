-- A subscription can be paid for by card, at a card company that takes the cards. The portal keeps whose account there is whose, and what was last read of it.
CREATE TYPE "card_standing" AS ENUM ('none', 'paid', 'due', 'stopped', 'cancelled');

ALTER TABLE "plans" ADD COLUMN     "card_price" TEXT;

CREATE TABLE "card_accounts" (
    "subscription_id" UUID NOT NULL,
    "customer_id" TEXT NOT NULL,
    "standing" "card_standing" NOT NULL DEFAULT 'none',
    "reference" TEXT,
    "standing_at" TIMESTAMPTZ(3),
    "renews" BOOLEAN NOT NULL DEFAULT false,
    "over" BOOLEAN NOT NULL DEFAULT false,
    "governs" BOOLEAN NOT NULL DEFAULT false,
    "reads" INTEGER NOT NULL DEFAULT 0,
    "read_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "card_accounts_pkey" PRIMARY KEY ("subscription_id")
);

CREATE TABLE "card_events" (
    "id" TEXT NOT NULL,
    "subscription_id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "card_events_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "card_accounts_customer_id_key" ON "card_accounts"("customer_id");
CREATE INDEX "card_events_received_at_idx" ON "card_events"("received_at");
ALTER TABLE "card_accounts" ADD CONSTRAINT "card_accounts_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "card_events" ADD CONSTRAINT "card_events_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's language can't say.

ALTER TABLE "plans"
  ADD CONSTRAINT "plans_card_price_form" CHECK ("card_price" ~ '^price_[A-Za-z0-9_]{1,200}$');

ALTER TABLE "card_accounts"
  ADD CONSTRAINT "card_accounts_customer_id_form" CHECK ("customer_id" ~ '^cus_[A-Za-z0-9_]{1,200}$'),
  ADD CONSTRAINT "card_accounts_standing" CHECK (
    ("standing" IN ('paid', 'due', 'cancelled')) = ("standing_at" IS NOT NULL) AND ("standing" <> 'none') = ("reference" IS NOT NULL) AND ("standing" = 'paid' OR NOT "renews") AND ("standing" = 'stopped' OR NOT "over")),
  ADD CONSTRAINT "card_accounts_reads" CHECK ("reads" >= 0 AND ("reads" > 0) = ("read_at" IS NOT NULL));

ALTER TABLE "card_events" ADD CONSTRAINT "card_events_id_form" CHECK ("id" ~ '^evt_[A-Za-z0-9_]{1,200}$');

-- Whose renewal has not been heard of.
CREATE INDEX "card_accounts_renewing" ON "card_accounts" ("standing_at") WHERE "renews";
