-- AlterTable
ALTER TABLE "plans" ADD COLUMN     "max_client_days" INTEGER;

-- AlterTable
ALTER TABLE "access_clients" ADD COLUMN     "expiry_set_at" TIMESTAMPTZ(3),
ADD COLUMN     "reminded_days" SMALLINT,
ADD COLUMN     "suspended_at" TIMESTAMPTZ(3),
ADD COLUMN     "suspended_by_id" UUID;

-- AddForeignKey
ALTER TABLE "access_clients" ADD CONSTRAINT "access_clients_suspended_by_id_fkey" FOREIGN KEY ("suspended_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What Prisma's language can't say.

ALTER TABLE "plans"
  ADD CONSTRAINT "plans_max_client_days_positive" CHECK ("max_client_days" > 0);

ALTER TABLE "access_clients"
  ADD CONSTRAINT "access_clients_suspended_whole" CHECK (("state" <> 'suspended' OR "suspended_at" IS NOT NULL) AND ("state" <> 'active' OR "suspended_at" IS NULL)),
  ADD CONSTRAINT "access_clients_expired_has_an_end" CHECK ("state" <> 'expired' OR "expires_at" IS NOT NULL),
  ADD CONSTRAINT "access_clients_end_was_chosen" CHECK (("expires_at" IS NULL) = ("expiry_set_at" IS NULL)),
  ADD CONSTRAINT "access_clients_reminded_days" CHECK ("reminded_days" IS NULL OR ("reminded_days" IN (1, 7) AND "expires_at" IS NOT NULL));

-- The next to expire, and the next to remind, without reading the others.
CREATE INDEX "access_clients_ending" ON "access_clients" ("expires_at") WHERE "state" IN ('active', 'suspended') AND "expires_at" IS NOT NULL;
