-- A term that was sold with something else, redeemed once. The key that stands for it is signed with the portal's secret and stored nowhere.
CREATE TABLE "licenses" (
    "id" UUID NOT NULL,
    "plan_id" UUID NOT NULL,
    "days" INTEGER NOT NULL,
    "note" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,
    "redeemed_at" TIMESTAMPTZ(3),
    "subscription_id" UUID,
    "withdrawn_at" TIMESTAMPTZ(3),

    CONSTRAINT "licenses_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "licenses_days" CHECK ("days" BETWEEN 1 AND 3660),
    CONSTRAINT "licenses_redeemed_whole" CHECK (("redeemed_at" IS NULL) = ("subscription_id" IS NULL)),
    CONSTRAINT "licenses_withdrawn_or_redeemed" CHECK ("withdrawn_at" IS NULL OR "redeemed_at" IS NULL)
);

CREATE INDEX "licenses_created_at_idx" ON "licenses"("created_at");

ALTER TABLE "licenses" ADD CONSTRAINT "licenses_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plans"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "licenses" ADD CONSTRAINT "licenses_subscription_id_fkey" FOREIGN KEY ("subscription_id") REFERENCES "subscriptions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Once is once, whoever writes.
CREATE FUNCTION "refuse_second_redemption"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'license % was redeemed, which is final', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'licenses_redeemed_once';
END $$;
CREATE TRIGGER "licenses_redeemed_once" BEFORE UPDATE ON "licenses"
  FOR EACH ROW WHEN (OLD."redeemed_at" IS NOT NULL AND (NEW."redeemed_at" IS DISTINCT FROM OLD."redeemed_at" OR NEW."subscription_id" IS DISTINCT FROM OLD."subscription_id")) EXECUTE FUNCTION "refuse_second_redemption"();
