-- An instance that was taken down, or moved from, stays as a row: the proof that it is gone hangs on it. A subscription has one that
-- stands; a port and an interface name are one instance's while it stands.
DROP INDEX "instances_subscription_id_key";
DROP INDEX "instances_gateway_id_listen_port_key";
DROP INDEX "instances_gateway_id_interface_name_key";
CREATE INDEX "instances_subscription_id_idx" ON "instances"("subscription_id");
CREATE INDEX "instances_gateway_id_idx" ON "instances"("gateway_id");
CREATE UNIQUE INDEX "instances_one_stands" ON "instances"("subscription_id") WHERE "status" <> 'deprovisioned';
CREATE UNIQUE INDEX "instances_one_a_port" ON "instances"("gateway_id", "listen_port") WHERE "status" <> 'deprovisioned';
CREATE UNIQUE INDEX "instances_one_an_interface" ON "instances"("gateway_id", "interface_name") WHERE "status" <> 'deprovisioned';

ALTER TABLE "access_clients" ADD COLUMN "moved_at" TIMESTAMPTZ(3);

-- What Prisma's language can't say.

ALTER TABLE "instances"
  ADD CONSTRAINT "instances_deprovisioned_is_empty" CHECK ("status" <> 'deprovisioned' OR "live_clients" = 0);

CREATE FUNCTION "refuse_return_from_deprovisioned"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'instance % is deprovisioned, which is final', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'instances_deprovisioned_is_final';
END $$;
CREATE TRIGGER "instances_deprovisioned_is_final" BEFORE UPDATE ON "instances"
  FOR EACH ROW WHEN (OLD.status = 'deprovisioned' AND NEW.status <> 'deprovisioned') EXECUTE FUNCTION "refuse_return_from_deprovisioned"();

-- A new key comes with a new file, which is for the gateway that the instance is on now.
CREATE FUNCTION "forget_move"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.moved_at := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER "access_clients_new_key_is_not_moved" BEFORE UPDATE OF "public_key" ON "access_clients"
  FOR EACH ROW WHEN (NEW."public_key" IS DISTINCT FROM OLD."public_key") EXECUTE FUNCTION "forget_move"();

-- How far a gateway is with an instance itself, whatever its clients' changes number.
CREATE INDEX "gateway_changes_of_instances" ON "gateway_changes" ("instance_id", "revision") WHERE "client_id" IS NULL;
