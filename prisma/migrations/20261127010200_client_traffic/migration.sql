-- What went through each client, by the hour for two to three days, then by the day (docs/data-model.md, Traffic).
-- Counters belong to a peer, which is a key: those of another key, or smaller ones, began anew.
ALTER TABLE "client_sightings"
  ADD COLUMN "public_key" BYTEA,
  ADD COLUMN "received_per_second" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "sent_per_second" BIGINT NOT NULL DEFAULT 0,
  ADD CONSTRAINT "client_sightings_public_key_length" CHECK (octet_length("public_key") = 32),
  ADD CONSTRAINT "client_sightings_rates" CHECK ("received_per_second" >= 0 AND "sent_per_second" >= 0);

CREATE TABLE "client_traffic_hours" (
  "client_id" UUID NOT NULL REFERENCES "access_clients"("id") ON DELETE CASCADE ON UPDATE CASCADE,
  "hour" TIMESTAMPTZ(3) NOT NULL,
  "received_bytes" BIGINT NOT NULL,
  "sent_bytes" BIGINT NOT NULL,
  CONSTRAINT "client_traffic_hours_pkey" PRIMARY KEY ("client_id", "hour"),
  CONSTRAINT "client_traffic_hours_whole" CHECK ("hour" = date_trunc('hour', "hour", 'UTC')),
  CONSTRAINT "client_traffic_hours_not_negative" CHECK ("received_bytes" >= 0 AND "sent_bytes" >= 0)
);
CREATE INDEX "client_traffic_hours_hour_idx" ON "client_traffic_hours"("hour");

CREATE TABLE "client_traffic_days" (
  "client_id" UUID NOT NULL REFERENCES "access_clients"("id") ON DELETE CASCADE ON UPDATE CASCADE,
  "day" DATE NOT NULL,
  "received_bytes" BIGINT NOT NULL,
  "sent_bytes" BIGINT NOT NULL,
  CONSTRAINT "client_traffic_days_pkey" PRIMARY KEY ("client_id", "day"),
  CONSTRAINT "client_traffic_days_not_negative" CHECK ("received_bytes" >= 0 AND "sent_bytes" >= 0)
);
CREATE INDEX "client_traffic_days_day_idx" ON "client_traffic_days"("day");
