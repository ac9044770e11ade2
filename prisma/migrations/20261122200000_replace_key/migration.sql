-- AlterTable
ALTER TABLE "access_clients" ADD COLUMN     "next_key_at" TIMESTAMPTZ(3),
ADD COLUMN     "next_public_key" BYTEA,
ADD COLUMN     "next_sealed_preshared_key" BYTEA;

-- CreateTable
CREATE TABLE "client_keys" (
    "public_key" BYTEA NOT NULL,
    "client_id" UUID NOT NULL,
    "retired_revision" BIGINT,

    CONSTRAINT "client_keys_pkey" PRIMARY KEY ("public_key")
);

-- CreateIndex
CREATE INDEX "client_keys_client_id_idx" ON "client_keys"("client_id");

-- CreateIndex
CREATE UNIQUE INDEX "access_clients_next_public_key_key" ON "access_clients"("next_public_key");

-- AddForeignKey
ALTER TABLE "client_keys" ADD CONSTRAINT "client_keys_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "access_clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's language can't say.

ALTER TABLE "access_clients"
  ADD CONSTRAINT "access_clients_next_public_key_length" CHECK (octet_length("next_public_key") = 32),
  ADD CONSTRAINT "access_clients_next_sealed_preshared_key_length" CHECK (octet_length("next_sealed_preshared_key") = 105),
  ADD CONSTRAINT "access_clients_next_key_whole" CHECK (("next_public_key" IS NULL) = ("next_key_at" IS NULL) AND ("next_public_key" IS NOT NULL OR "next_sealed_preshared_key" IS NULL));

ALTER TABLE "client_keys"
  ADD CONSTRAINT "client_keys_public_key_length" CHECK (octet_length("public_key") = 32);

-- Keys whose day is over, without reading the other clients.
CREATE INDEX "access_clients_next_key" ON "access_clients" ("next_key_at") WHERE "next_key_at" IS NOT NULL;

INSERT INTO "client_keys" ("public_key", "client_id") SELECT "public_key", "id" FROM "access_clients";

-- A key that was anybody's before is refused here, by client_keys' primary key.
CREATE FUNCTION "keep_client_keys"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO client_keys (public_key, client_id) VALUES (NEW.public_key, NEW.id);
  ELSE
    IF NEW.public_key IS DISTINCT FROM OLD.public_key THEN
      UPDATE client_keys SET retired_revision = NEW.revision WHERE public_key = OLD.public_key;
      IF NEW.public_key IS DISTINCT FROM OLD.next_public_key THEN
        INSERT INTO client_keys (public_key, client_id) VALUES (NEW.public_key, NEW.id);
      END IF;
    END IF;
    IF OLD.next_public_key IS NOT NULL AND OLD.next_public_key IS DISTINCT FROM NEW.next_public_key AND OLD.next_public_key IS DISTINCT FROM NEW.public_key THEN
      UPDATE client_keys SET retired_revision = NEW.revision WHERE public_key = OLD.next_public_key;
    END IF;
  END IF;
  IF NEW.next_public_key IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.next_public_key IS DISTINCT FROM OLD.next_public_key) THEN
    INSERT INTO client_keys (public_key, client_id) VALUES (NEW.next_public_key, NEW.id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "access_clients_keys_are_kept" AFTER INSERT OR UPDATE OF "public_key", "next_public_key" ON "access_clients"
  FOR EACH ROW EXECUTE FUNCTION "keep_client_keys"();
