/** What went through a client, as plots: by the hour, by the day, in words and as a table. */
import { addClient } from "./support/clients";
import { expect, test } from "./support/fixtures";
import { DEVICES, type Device, look } from "./support/screens";
import type { Store } from "./support/store";

/** A month of a machine that works by day and rests by night, up to the hour that goes on. */
const fill = (store: Store, clientId: string) =>
  store.sql(
    `WITH hours AS (SELECT date_trunc('hour', now(), 'UTC') - h * interval '1 h' AS hour, abs(hashtext(h::text)) AS chance FROM generate_series(0, 40) h),
       days AS (SELECT (now() AT TIME ZONE 'UTC')::date - d AS day, abs(hashtext(d::text)) AS chance FROM generate_series(3, 30) d),
       a AS (INSERT INTO client_traffic_hours SELECT $1, hour, chance % 40000000 + 3000000, chance % 700000000 + 9000000 FROM hours WHERE extract(hour FROM hour AT TIME ZONE 'UTC') BETWEEN 7 AND 19)
     INSERT INTO client_traffic_days SELECT $1, day, chance % 200000000, chance % 5000000000 FROM days WHERE extract(isodow FROM day) < 6`,
    [clientId],
  );

test("a client that nothing went through says so; what a gateway reports is seen, in words and as a table", async ({ make, open, inbox, store }) => {
  const tenant = await make.tenant({ name: "Busy Orchard" });
  const { client } = await addClient(inbox, tenant.owner, tenant, "Press");
  const path = `${tenant.pagePath}/clients/${client.id}`;
  const { page } = await open(tenant.owner.api, path);
  await expect(page.getByText("Nothing went through in the last 30 days.")).toBeVisible();
  await store.sql("INSERT INTO client_traffic_hours VALUES ($1, date_trunc('hour', now(), 'UTC'), 2000, 3000000)", [client.id]);
  await page.reload();
  const day = page.getByRole("figure", { name: "Last 24 hours" });
  await expect(day.getByRole("img")).toHaveAccessibleName(/^Last 24 hours: 3\.0 MB downloaded, 2\.0 kB uploaded; most at \d\d:00/);
  await expect(page.getByRole("figure", { name: "Last 30 days" }).getByRole("img")).toHaveAccessibleName(/3\.0 MB downloaded/);
  await day.getByText("As a table").click();
  await expect(day.getByRole("row")).toHaveCount(26);
  await expect(day.getByRole("row").nth(1)).toContainText(/3\.0 MB\s*2\.0 kB/);
  // A colleague sees neither the client nor its traffic.
  const colleague = await make.member(tenant, "member");
  expect((await colleague.api.get(`${tenant.apiPath}/clients/${client.id}/traffic`)).status).toBe(404);
});

for (const device of ["desktop", "phone"] as Device[]) {
  test(`a client's traffic is whole, light and dark: ${device}`, async ({ make, open, inbox, store }) => {
    const tenant = await make.tenant({ name: "Busy Orchard" });
    const { client } = await addClient(inbox, tenant.owner, tenant, "Press");
    await fill(store, client.id);
    const { page } = await open(tenant.owner.api, `${tenant.pagePath}/clients/${client.id}`, DEVICES[device]);
    await expect(page.getByRole("figure", { name: "Last 24 hours" })).toBeVisible();
    await look(page, "traffic", device);
  });
}
