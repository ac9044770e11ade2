-- CreateEnum
CREATE TYPE "shared_config_policy" AS ENUM ('warn', 'suspend');

-- AlterTable
ALTER TABLE "subscriptions" ADD COLUMN     "shared_config_policy" "shared_config_policy" NOT NULL DEFAULT 'warn';

-- AlterTable
ALTER TABLE "access_clients" ADD COLUMN     "shared_detected_at" TIMESTAMPTZ(3),
ADD COLUMN     "shared_last_at" TIMESTAMPTZ(3),
ADD COLUMN     "shared_networks" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "client_trails" (
    "client_id" UUID NOT NULL,
    "seen" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "client_trails_pkey" PRIMARY KEY ("client_id")
);

-- CreateIndex
CREATE INDEX "client_trails_updated_at_idx" ON "client_trails"("updated_at");

-- AddForeignKey
ALTER TABLE "client_trails" ADD CONSTRAINT "client_trails_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "access_clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's language can't say.

ALTER TABLE "access_clients"
  ADD CONSTRAINT "access_clients_shared_whole" CHECK (("shared_detected_at" IS NULL) = ("shared_last_at" IS NULL) AND ("shared_detected_at" IS NOT NULL OR cardinality("shared_networks") = 0)),
  ADD CONSTRAINT "access_clients_shared_in_order" CHECK ("shared_last_at" >= "shared_detected_at"),
  ADD CONSTRAINT "access_clients_shared_networks_not_null" CHECK ("shared_networks" IS NOT NULL);
ALTER TABLE "client_trails"
  ADD CONSTRAINT "client_trails_seen_bounded" CHECK (jsonb_typeof("seen") = 'array' AND jsonb_array_length("seen") <= 200);

-- What replaces a key ends what was found on the old one, whoever writes.
CREATE FUNCTION "forget_shared_key"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.shared_detected_at := NULL;
  NEW.shared_last_at := NULL;
  NEW.shared_networks := ARRAY[]::TEXT[];
  DELETE FROM client_trails WHERE client_id = NEW.id;
  RETURN NEW;
END $$;
CREATE TRIGGER "access_clients_new_key_is_not_shared" BEFORE UPDATE OF "public_key" ON "access_clients"
  FOR EACH ROW WHEN (NEW."public_key" IS DISTINCT FROM OLD."public_key") EXECUTE FUNCTION "forget_shared_key"();
