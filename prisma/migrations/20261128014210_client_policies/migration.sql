-- What a subscription asks of its members' clients, besides what the plan does: how many, and for how long at a time.
ALTER TABLE "subscriptions"
  ADD COLUMN "client_days" INTEGER,
  ADD COLUMN "clients_per_member" INTEGER,
  ADD CONSTRAINT "subscriptions_client_days" CHECK ("client_days" BETWEEN 1 AND 3650),
  ADD CONSTRAINT "subscriptions_clients_per_member" CHECK ("clients_per_member" BETWEEN 1 AND 1000);
